package envoy_test

import (
	"fmt"
	"io"
	"net/http"
	"ockham/envoy"
	"testing"
)

func TestZ(t *testing.T) {
	bedrock := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "answer"); fmt.Println(r.Header) })
	p := &planner{}
	e := start(t, p, bedrock, func(p *envoy.Params) {
		p.AccessLog = "/dev/stdout"
		p.Profiles = []envoy.Profile{{"voice", "x-p", "v"}}
	})
	fmt.Println(post(t, e.URL(t)+"/api/v1/generate", `{"prompt":"hello"}`, "x-ockham-foo", "1", "x-envoy-max-retries", "3", "X-Amz-Date", "3", "x-p", "v", "authorization", "bearer abc"))
	fmt.Println(post(t, e.URL(t)+"/api/v1/generate", `{"prompt":"hello"}`))
	close(p.saw)
	for m := range p.saw {
		fmt.Println(m)
	}
	fmt.Println(e.AdminGet(t, "/server_info")[:300])
}
