// Package extproc is the service that Envoy asks about every request. It hears the request, has it
// planned, signs it for the first model, holds the answer while the checks look at it, and releases it
// or calls the next model. Only this package and envoy/ know go-control-plane.
//
// One request is one gRPC stream is one call of Process. Whatever is learned on the way is kept in that
// call's exchange; nothing is shared between requests.
package extproc

import (
	"errors"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

// Service answers Envoy's ext_proc streams.
type Service struct {
	extprocv3.UnimplementedExternalProcessorServer

	// Policy returns the configuration in force; it may change between requests.
	Policy func() *Policy
	Signer Signer
	// Observe is told of every request that ended. It must not block.
	Observe func(*Outcome)
	// Setting is told by every request how Envoy is configured; nil for nobody. It must not block.
	Setting func(Setting)
	// Load bounds what is taken on at once; nil for no bounds.
	Load *Load
	Log  *slog.Logger
}

// streamWorkers keep their stacks from one request to the next; what finds all of them busy gets a goroutine
// of its own, whose stack must grow first.
const streamWorkers = 64

// ServerOptions are what a gRPC server needs that hears Envoy. Envoy pings it every few seconds, to notice
// a frozen service; by default gRPC takes more than one ping in five minutes for an attack and closes the
// connection, with all the requests that are held on it. A prompt arrives in one message, so messages may
// be as large as the largest body; answers come in pieces of 64 KiB.
func ServerOptions(body int) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Millisecond, PermitWithoutStream: true}),
		grpc.MaxRecvMsgSize(body + 1<<20), grpc.MaxSendMsgSize(1 << 30),
		grpc.InitialWindowSize(1 << 20), grpc.InitialConnWindowSize(16 << 20),
		grpc.WriteBufferSize(64 << 10), grpc.ReadBufferSize(64 << 10),
		grpc.ForceServerCodecV2(newCodec()), grpc.NumStreamWorkers(streamWorkers),
	}
}

// errInternal ends a stream that went wrong. Envoy copies its text into access logs.
var errInternal = status.Error(codes.Internal, "ockham: internal error")

// Process serves one request. It must never return nil before Recv has failed: Envoy would take that as
// consent and let through what it holds, the unsigned request or the unjudged answer. So whatever goes
// wrong ends in an error, a panic too.
func (s *Service) Process(stream extprocv3.ExternalProcessor_ProcessServer) (err error) {
	x := &exchange{s: s, stream: stream, ctx: stream.Context(), policy: s.Policy()} // gRPC ends ctx when this returns
	defer func() {
		if p := recover(); p != nil {
			x.log().Error("panic while serving a request", "panic", p, "stack", string(debug.Stack()))
			err = errInternal
		}
		x.room.leave()
		x.observe()
	}()
	err = x.run()
	if err == nil || errors.Is(err, errGone) {
		x.gone()
		return nil
	}
	if status.Code(err) == codes.Unknown {
		x.log().Error("request failed", "err", err)
		return errInternal
	}
	return err
}

// errGone says that Envoy has ended the stream: the request is over, one way or the other.
var errGone = errors.New("envoy ended the stream")

// gone notes that the stream ended. If that was before our last word, the client has left, or Envoy has
// lost Bedrock's connection inside the hold and answers by itself.
func (x *exchange) gone() {
	if x.finished {
		return
	}
	x.out.Left, x.out.Verdict = true, ""
	if x.cur != nil {
		x.cur.fail(errGone)
	}
}

// recv returns the next message, or errGone.
func (x *exchange) recv() (*heard, error) {
	m := &heard{}
	if err := x.stream.RecvMsg(m); err != nil {
		if !errors.Is(err, io.EOF) && status.Code(err) != codes.Canceled {
			x.log().Debug("stream ended", "err", err)
		}
		return nil, errGone
	}
	return m, nil
}

// send returns errGone when nobody listens any more.
func (x *exchange) send(m *message) error {
	if err := x.stream.SendMsg(m); err != nil {
		return errGone
	}
	return nil
}

// drain waits for Envoy to end the stream, after the last reply.
func (x *exchange) drain() error {
	for {
		if _, err := x.recv(); err != nil {
			return err
		}
	}
}
