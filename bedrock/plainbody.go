package bedrock

import (
	"io"
	"net/http"
)

// plainBodies hides that request bodies can write themselves. The SDK closes the body as soon as the
// answer's headers are there; net/http, which looks once more for an end of the body, then gets an error
// from WriteTo, where Read would say that it has ended, takes the request for failed and cuts the
// connection in the middle of the answer. A server that answers at once is early enough for that.
type plainBodies struct{ client *http.Client }

func (p plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.client.Do(r)
}
