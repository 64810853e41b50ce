package extproc

import (
	"io"

	"ockham/dialect"
)

// share is what one request has taken of a Load.
type share struct {
	load        *Load
	requests    int64 // 0 or 1
	taken, used int64 // bytes: reserved, and made use of
	upload      int64 // of used, for a large body that has not come
}

// Busy is the answer where the Load has no room.
var Busy = &dialect.Error{
	Code: dialect.Unavailable, Message: "the gateway has as much to do as it can; try again in a second", RetryAfter: "1",
}

// uploading notes that a body of this length is on its way, and tells whether there is room for it.
func (s *share) uploading(length int64) bool {
	if s.load == nil || length <= largeBody {
		return true
	}
	more := length*promptCost - s.upload
	s.upload += more
	return s.load.uploads.Add(more) <= s.load.maxBytes/2
}

// received puts what a body really takes in place of what was told of it.
func (s *share) received(length int) bool {
	if s.load == nil {
		return true
	}
	s.load.uploads.Add(-s.upload)
	s.upload, s.used = 0, 0
	return s.use(int64(length) * promptCost)
}

// use tells whether there is room for n more bytes.
func (s *share) use(n int64) bool {
	more, fits := s.add(n)
	if !fits {
		s.load.bytes.Add(-more)
		s.taken -= more
	}
	return fits
}

// add takes up n more bytes, whether or not there is room for them: those of a stream that its client already
// has a part of. It is others that are refused then.
func (s *share) add(n int64) (more int64, fits bool) {
	if s.load == nil {
		return 0, true
	}
	s.used += n
	if s.used <= s.taken {
		return 0, true
	}
	more = (s.used - s.taken + roomStep - 1) / roomStep * roomStep
	s.taken += more
	return more, s.load.bytes.Add(more) <= s.load.maxBytes
}

func (s *share) leave() {
	if s.load == nil {
		return
	}
	s.load.uploads.Add(-s.upload)
	s.load.bytes.Add(-s.taken)
	s.load.requests.Add(-s.requests)
	s.load = nil
}

// Body is what comes by another way than the filter, over the HTTP port. It takes its share of the same Load
// until it is closed.
type Body struct {
	share  share
	length int64
}

// Admit takes on a request that is answered without the filter.
func (l *Load) Admit() (*Body, error) {
	s, ok := l.admit(0)
	if !ok {
		return nil, Busy
	}
	return &Body{share: s}, nil
}

// Frame is for a prompt that is posted to the filter: there it will count as a request, here it does not.
func (l *Load) Frame() *Body { return &Body{share: share{load: l}} }

// Read takes a body in, as far as there is room for it. Otherwise its error is a *dialect.Error.
func (b *Body) Read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(metered{b, r})
	if err == nil {
		b.share.received(len(data)) // it took the room while it came
	}
	return data, err
}

// Close gives back what b took.
func (b *Body) Close() { b.share.leave() }

// metered takes room for what is read, as it comes.
type metered struct {
	body *Body
	r    io.Reader
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	b := m.body
	b.length += int64(n)
	if s := &b.share; !s.uploading(b.length) || !s.use(int64(n)*promptCost) {
		s.load.shedFull.Add(1)
		return 0, Busy
	}
	return n, err
}
