package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzBodies: whatever is sent, there is an answer, and it has one of the statuses of the API.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		ask("What is a fjord?"), withTools(toolCalled, user(toolResult)), with(chosen(`{"any":{}}`)), with(schemaOf(`{"type":"object","properties":{"a":{"$ref":"#"}}}`)),
		claudeBody, `{"input":{"converse":` + ask("hi") + `}}`, judged(judgeTag, "```\nhi\n```"), `{"messages":[{"role":"system","content":[]}]}`,
	} {
		for op := range uint8(5) {
			f.Add(body, op)
		}
	}
	s, err := New(Config{NoVerify: true})
	if err != nil {
		f.Fatal(err)
	}
	operations := []operation{converse, converseStream, countTokens, invoke, invokeStream}
	f.Fuzz(func(t *testing.T, body string, op uint8) {
		if strings.Contains(body, markerStart) {
			return // some faults never answer
		}
		r := httptest.NewRequest(http.MethodPost, "/model/"+haiku+"/"+string(operations[int(op)%len(operations)]), strings.NewReader(body))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}

// FuzzAuthorization: no header that a client makes up passes.
func FuzzAuthorization(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260314/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=00", "20260314T092653Z")
	f.Add("Bearer bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbg==", "")
	f.Add("AWS4-HMAC-SHA256", "today")
	s, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, authorization, date string) {
		r := httptest.NewRequest(http.MethodPost, "/model/"+haiku+"/converse", strings.NewReader(ask("hi")))
		r.Header = http.Header{"Authorization": {authorization}, "X-Amz-Date": {date}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden && w.Code != http.StatusBadRequest && !strings.EqualFold(authorization, "Bearer "+DefaultBearerKey) {
			t.Errorf("%q: status %d", authorization, w.Code)
		}
	})
}
