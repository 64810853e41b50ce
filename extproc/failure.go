package extproc

import (
	"errors"
	"time"

	"ockham/bedrock"
	"ockham/routing"
)

// envoyReply is Envoy's own answer in place of Bedrock's.
type envoyReply struct {
	status int
	reason routing.Reason // "" where another attempt would not help
}

func (e *envoyReply) Error() string { return "envoy answered in place of bedrock" }

var (
	errLate    = errors.New("the deadline passed")
	errStalled = errors.New("the stream stalled")
	errTooLong = errors.New("the answer is larger than can be held")
	errFull    = errors.New("there is no room to hold the answer")
	// errOvertaken ends an attempt that was slower than the next model's.
	errOvertaken = errors.New("another model answered first")
)

// envoyAnswered reads a local reply. Only those that say that Bedrock could not be reached, or was
// late, are worth another attempt.
func envoyAnswered(status, flags int) *envoyReply {
	switch {
	case flags&flagTimeout != 0:
		return &envoyReply{status, routing.ReasonTimeout}
	case flags&(flagConnectFailure|flagNoHealthyUpstream|flagOverflow|flagTermination|flagRemoteReset) != 0:
		return &envoyReply{status, routing.ReasonConnection}
	}
	return &envoyReply{status: status}
}

// reason types why an attempt was rejected.
func (a *attempt) reason() routing.Reason {
	var own *envoyReply
	var bad *bedrock.Error
	switch {
	case a.failure == nil:
		return a.reject.Reason
	case errors.As(a.failure, &own):
		if own.reason == "" {
			return routing.ReasonStatus
		}
		return own.reason
	case errors.As(a.failure, &bad):
		return statusReason(bad)
	case errors.Is(a.failure, bedrock.ErrTruncated):
		return routing.ReasonTruncated
	case errors.Is(a.failure, bedrock.ErrMalformed):
		return routing.ReasonMalformed
	case errors.Is(a.failure, bedrock.ErrCorrupt), errors.Is(a.failure, errTooLong), errors.Is(a.failure, errFull):
		return routing.ReasonStreamError
	case errors.Is(a.failure, errLate), errors.Is(a.failure, errStalled), errors.Is(a.failure, errOvertaken):
		return routing.ReasonTimeout
	}
	return routing.ReasonConnection
}

func statusReason(e *bedrock.Error) routing.Reason {
	switch {
	case e.InStream:
		return routing.ReasonStreamError
	case e.Status == 429:
		return routing.ReasonThrottled
	case e.Status == 408:
		return routing.ReasonTimeout
	}
	return routing.ReasonStatus
}

// mendable tells whether another model could do better. Faults of the request and of our credentials
// are the same for all of them.
func (a *attempt) mendable() bool {
	var own *envoyReply
	var bad *bedrock.Error
	switch {
	case errors.As(a.failure, &own):
		return own.reason != ""
	case errors.As(a.failure, &bad):
		return bad.Status >= 500 || bad.Status == 408 || bad.Status == 424 || bad.Status == 429
	case errors.Is(a.failure, errTooLong), errors.Is(a.failure, errFull), errors.Is(a.failure, errGone):
		return false
	}
	return true
}

// regional tells whether the region was at fault, not the model.
func (a *attempt) regional() bool {
	switch a.reason() {
	case routing.ReasonThrottled, routing.ReasonConnection:
		return true
	case routing.ReasonStatus:
		return a.Status == 503
	}
	return false
}

// begun tells whether Bedrock has worked on an attempt. It charges nothing for what it refused or was
// never told.
func (a *attempt) begun() bool {
	var own *envoyReply
	var refused *bedrock.Error
	switch {
	case errors.As(a.failure, &own):
		return own.reason == routing.ReasonTimeout
	case errors.As(a.failure, &refused):
		return refused.InStream
	}
	return a.status == 200 || errors.Is(a.failure, errLate) || errors.Is(a.failure, errGone) || errors.Is(a.failure, errOvertaken)
}

// askedToWait is Bedrock's retry-after.
func (a *attempt) askedToWait() time.Duration {
	var refused *bedrock.Error
	if errors.As(a.failure, &refused) {
		return time.Duration(atoi(refused.RetryAfter)) * time.Second
	}
	return 0
}
