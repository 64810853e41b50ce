package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFaultErrors(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	for fault, want := range map[string]struct {
		status int
		kind   string
		body   string
	}{
		"throttle":           {429, "ThrottlingException", `{"message":"Too many requests, please wait before trying again."}`},
		"unavailable":        {503, "ServiceUnavailableException", `{"message":"Bedrock is unable to process your request."}`},
		"internal":           {500, "InternalServerException", `{"message":"The system encountered an unexpected error during processing. Try your request again."}`},
		"model_timeout":      {408, "ModelTimeoutException", `{"message":"Model has timed out in processing the request. Try your request again."}`},
		"model_error":        {424, "ModelErrorException", `{"message":"The model returned an unexpected error. Try your request again.","originalStatusCode":500,"resourceName":"amazon.nova-micro-v1:0"}`},
		"not_ready":          {429, "ModelNotReadyException", `{"message":"Model is not ready for inference. Wait and try your request again. Refer to documentation for more details."}`},
		"access_denied":      {403, "AccessDeniedException", `{"Message":"User: arn:aws:iam::123456789012:user/emulator is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0 because no identity-based policy allows the bedrock:InvokeModel action"}`},
		"unknown_operation":  {200, "", `{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`},
		"stream_throttle":    {429, "ThrottlingException", `{"message":"Too many tokens, please wait before trying again."}`},
		"stream_internal":    {500, "InternalServerException", `{"message":"The system encountered an unexpected error during processing. Try your request again."}`},
		"stream_model_error": {424, "ModelStreamErrorException", `{"message":"The model encountered an error while streaming the response. Try your request again.","originalMessage":"stream interrupted","originalStatusCode":500}`},
	} {
		t.Run(fault, func(t *testing.T) {
			got := call(t, s, micro, "converse", ask("hi [[fault:"+fault+"]] there"))
			if got.status != want.status || got.kind() != want.kind || string(got.body) != want.body {
				t.Errorf("got %d %s %s\nwant %d %s %s", got.status, got.kind(), got.body, want.status, want.kind, want.body)
			}
			if got := call(t, s, haiku, "converse", ask("hi [[fault:"+fault+"@small]]")); got.status != want.status {
				t.Errorf("small model with @small: got %d, want %d", got.status, want.status)
			}
			if got := call(t, s, opus, "converse", ask("hi [[fault:"+fault+"@small]]")).converse(t); got.StopReason != "end_turn" {
				t.Errorf("large model with @small: stop reason %q, want end_turn", got.StopReason)
			}
		})
	}
}

func TestFaultStops(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	whole := call(t, s, opus, "converse", ask("What is a fjord?")).converse(t)
	for _, reason := range stopReasons {
		got := call(t, s, opus, "converse", ask("What is a fjord?[[fault:stop_"+reason+"]]")).converse(t)
		if got.StopReason != reason {
			t.Errorf("stop_%s: stop reason %q", reason, got.StopReason)
		}
		if got.text() == whole.text() && reason != "stop_sequence" {
			t.Errorf("stop_%s: the whole answer came", reason)
		}
		streamed, err := frames(t, call(t, s, opus, "converse-stream", ask("What is a fjord?[[fault:stop_"+reason+"]]")).body)
		if err != nil || streamText(streamed) != got.text() {
			t.Errorf("stop_%s: streamed %q, %v, want %q", reason, streamText(streamed), err, got.text())
		}
	}
}

func TestFaultsOfAnswers(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	tools := func(prompt string) string {
		return `{"messages":[` + user(`{"text":`+mustJSON(prompt)+`}`) + `],` + oneTool + `}`
	}
	for name, c := range map[string]struct {
		model, body string
		ok          func(converseReply) bool
	}{
		"two_text_blocks": {opus, ask("What is a fjord?[[fault:two_text_blocks]]"), func(c converseReply) bool {
			return len(c.Output.Message.Content) == 2 && c.text() == call(t, s, opus, "converse", ask("What is a fjord?")).converse(t).text()
		}},
		"reasoning": {opus, ask("What is a fjord?[[fault:reasoning]]"), func(c converseReply) bool {
			first := c.Output.Message.Content[0].ReasoningContent
			return len(c.Output.Message.Content) == 2 && first != nil && first.ReasoningText.Text != "" && first.ReasoningText.Signature != ""
		}},
		"two_tools": {opus, tools("weather in Oslo?[[fault:two_tools]]"), func(c converseReply) bool {
			all := c.Output.Message.Content
			return len(all) == 2 && all[0].ToolUse != nil && all[1].ToolUse != nil && all[0].ToolUse.ToolUseID != all[1].ToolUse.ToolUseID && c.StopReason == "tool_use"
		}},
		"bad_tool_args": {opus, tools("weather in Oslo?[[fault:bad_tool_args]]"), func(c converseReply) bool {
			_, isText := c.Output.Message.Content[0].ToolUse.Input["city"].(string)
			return !isText
		}},
		"bad_answer, small": {micro, ask("What is a fjord?[[fault:bad_answer]]"), func(c converseReply) bool {
			return len(c.Output.Message.Content) == 0 && c.StopReason == "end_turn"
		}},
		"bad_answer, large":      {opus, ask("What is a fjord?[[fault:bad_answer]]"), func(c converseReply) bool { return len(c.text()) > 20 }},
		"bad_answer, JSON":       {micro, ask("Give me a JSON object about fjords.[[fault:bad_answer]]"), func(c converseReply) bool { return beyondRepair(c.text()) }},
		"bad_answer, JSON large": {opus, ask("Give me a JSON object about fjords.[[fault:bad_answer]]"), func(c converseReply) bool { return json.Valid([]byte(c.text())) }},
		"bad_answer, forced tool": {haiku, `{"messages":[` + user(`{"text":"hi[[fault:bad_answer]]"}`) + `],` + chosen(`{"any":{}}`) + `}`, func(c converseReply) bool {
			return c.Output.Message.Content[0].ToolUse.Name == "weather" && len(c.Output.Message.Content[0].ToolUse.Input) == 0
		}},
		"refusal": {opus, ask("What is a fjord?[[fault:refusal]]"), func(c converseReply) bool { return strings.HasPrefix(c.text(), "I'm sorry, but I can't") }},
		"loop": {opus, ask("What is a fjord?[[fault:loop]]"), func(c converseReply) bool {
			return strings.Count(c.text(), firstSentence(c.text())) == 40
		}},
		"wrong_language": {opus, ask("What is a fjord?[[fault:wrong_language]]"), func(c converseReply) bool {
			return languageOf(c.text()).code == "fr"
		}},
		"ungrounded": {opus, ask("What is a fjord?[[fault:ungrounded]]"), func(c converseReply) bool { return strings.Contains(c.text(), "918.6 million") }},
		"both":       {opus, ask("What is a fjord?[[fault:refusal]][[fault:reasoning]]"), func(c converseReply) bool { return c.Output.Message.Content[0].Text != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			got := call(t, s, c.model, "converse", c.body)
			if !c.ok(got.converse(t)) {
				t.Errorf("got %s", got.body)
			}
		})
	}
}

// beyondRepair closes all that is open and finds that it is no JSON even so.
func beyondRepair(text string) bool {
	for _, tail := range []string{"", `"`, `}`, `"}]}`, `}]}`, `":null}]}`, `]}`, `e}]}`} {
		if json.Valid([]byte(text + tail)) {
			return false
		}
	}
	return strings.HasPrefix(text, "{")
}

func TestFaultsOfStreams(t *testing.T) {
	s := newServer(t, Config{NoVerify: true})
	exception := func(name string) func([]frame, error) bool {
		return func(all []frame, err error) bool {
			last := all[len(all)-1]
			return err == nil && last.kind == "exception" && last.name == name && last.payload["message"] != "" && streamText(all) != ""
		}
	}
	for fault, ok := range map[string]func([]frame, error) bool{
		"stream_throttle":    exception("throttlingException"),
		"stream_internal":    exception("internalServerException"),
		"stream_model_error": exception("modelStreamErrorException"),
		"stream_truncate": func(all []frame, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && all[len(all)-1].name == "contentBlockDelta"
		},
		"stream_bad_crc": func(all []frame, err error) bool {
			return err != nil && strings.Contains(err.Error(), "checksum") && streamText(all) != ""
		},
	} {
		t.Run(fault, func(t *testing.T) {
			got := call(t, s, micro, "converse-stream", ask("What is a fjord?[[fault:"+fault+"]]"))
			all, err := frames(t, got.body)
			if got.status != 200 || !ok(all, err) {
				t.Errorf("got %d, %v, %v", got.status, names(all), err)
			}
		})
	}
}

func TestStreamReset(t *testing.T) {
	calls := make(chan Call, 4)
	e := start(t, Config{NoVerify: true, OnCall: func(c Call) { calls <- c }})
	for _, op := range []string{"converse", "converse-stream"} {
		response, err := http.Post(e.URL+"/model/"+micro+"/"+op, "application/json", strings.NewReader(ask("What is a fjord?[[fault:stream_reset]]")))
		if err != nil {
			t.Fatalf("%s: no headers came: %v", op, err)
		}
		_, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != 200 || err == nil {
			t.Errorf("%s: status %d, read error %v, want 200 and an error", op, response.StatusCode, err)
		}
		<-calls
	}
}

// TestHangAndStall checks that the emulator notices a client that leaves, and what it got before.
func TestHangAndStall(t *testing.T) {
	started, ended := make(chan Call, 1), make(chan Call, 1)
	e := start(t, Config{NoVerify: true, OnStart: func(c Call) { started <- c }, OnCall: func(c Call) { ended <- c }})
	for _, c := range []struct {
		fault, op string
		headers   bool
	}{
		{"hang", "converse", false}, {"hang", "converse-stream", false}, {"stall", "converse", true}, {"stall", "converse-stream", true},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL+"/model/"+micro+"/"+c.op, strings.NewReader(ask("[[fault:"+c.fault+"]]hi")))
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan bool, 1)
		go func() {
			response, err := http.DefaultClient.Do(r)
			got <- err == nil && response.StatusCode == 200
		}()
		if begun := <-started; begun.Operation != c.op || begun.ModelID != micro {
			t.Errorf("started %s %s, want %s %s", begun.Operation, begun.ModelID, c.op, micro)
		}
		if c.headers && !<-got {
			t.Errorf("%s %s: no headers came", c.fault, c.op)
		}
		cancel()
		if !c.headers && <-got {
			t.Errorf("%s %s: headers came", c.fault, c.op)
		}
		if done := <-ended; !done.Cancelled || done.Faults != c.fault {
			t.Errorf("%s %s: ended %+v, want it cancelled", c.fault, c.op, done)
		}
	}
}

// TestSlow reads the clock only to see that the answer was not early.
func TestSlow(t *testing.T) {
	if testing.Short() {
		return
	}
	s := newServer(t, Config{NoVerify: true})
	body := `{"messages":[` + user(`{"text":"hi[[fault:slow]]"}`) + `],"inferenceConfig":{"maxTokens":3}}`
	begun := time.Now()
	all, err := frames(t, call(t, s, micro, "converse-stream", body).body)
	tokens := 0
	for _, f := range all {
		if f.name == "contentBlockDelta" {
			tokens++
		}
	}
	if took := time.Since(begun); err != nil || tokens < slowTokens || took < slowFirst+time.Duration(tokens-1)*slowToken {
		t.Errorf("%d tokens in %v, %v", tokens, took, err)
	}
}

// TestManyAtOnce is for the race detector.
func TestManyAtOnce(t *testing.T) {
	var seen sync.Map
	s := newServer(t, Config{NoVerify: true, Vary: true, OnCall: func(c Call) { seen.Store(c.ID, true) }})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				r := httptest.NewRequest(http.MethodPost, "/model/"+haiku+"/converse-stream", strings.NewReader(ask("What is a fjord?")))
				s.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
	group.Wait()
	n := 0
	seen.Range(func(any, any) bool { n++; return true })
	if n != 400 {
		t.Errorf("%d different request ids, want 400", n)
	}
}

// TestClientGoneBeforeBody must not be taken for a request.
func TestClientGoneBeforeBody(t *testing.T) {
	ended := make(chan Call, 1)
	e := start(t, Config{NoVerify: true, OnCall: func(c Call) { ended <- c }})
	connection, err := net.Dial("tcp", strings.TrimPrefix(e.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(connection, "POST /model/"+micro+"/converse HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
	_ = connection.Close()
	if c := <-ended; !c.Cancelled {
		t.Errorf("got %+v, want it cancelled", c)
	}
}
