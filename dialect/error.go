package dialect

// Code is what went wrong, in Ockham's own words; each has one HTTP status.
type Code string

const (
	InvalidRequest   Code = "invalid_request"
	Unauthorized     Code = "unauthorized"
	Forbidden        Code = "forbidden"
	NotFound         Code = "not_found"
	TooLarge         Code = "too_large"
	BudgetExceeded   Code = "budget_exceeded"
	MethodNotAllowed Code = "method_not_allowed"
	UnsupportedMedia Code = "unsupported_media_type"
	Throttled        Code = "throttled"
	UpstreamFailed   Code = "upstream_failed"
	Unavailable      Code = "unavailable"
	Timeout          Code = "timeout"
	Internal         Code = "internal"
)

// statuses holds the HTTP status of each code.
var statuses = map[Code]int{
	InvalidRequest: 400, Unauthorized: 401, Forbidden: 403, NotFound: 404, TooLarge: 413,
	BudgetExceeded: 429, MethodNotAllowed: 405, UnsupportedMedia: 415, Throttled: 429,
	UpstreamFailed: 502, Unavailable: 503, Timeout: 504, Internal: 500,
}

// Error is a failure as a client may see it: it holds no AWS body, no signature and no prompt.
type Error struct {
	Code       Code
	Message    string
	Param      string // the field at fault, where there is one
	RetryAfter string // seconds, with Throttled and Unavailable
	Allow      string // the methods that there are, with MethodNotAllowed
	Reason     string // in a stream: why the answer is no good after all, as in Attempt
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Status is the HTTP status that the code stands for.
func (e *Error) Status() int { return statuses[e.Code] }

// OnlyMethod refuses any other method than those of allow, a list as the Allow header has it.
func OnlyMethod(allow string) *Error {
	return &Error{Code: MethodNotAllowed, Message: "This path takes " + allow + " only.", Allow: allow}
}

// Invalid reports a fault of the request; param is the field, "" when none.
func Invalid(param, message string) *Error {
	return &Error{Code: InvalidRequest, Message: message, Param: param}
}
