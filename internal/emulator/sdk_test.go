package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/auth/bearer"
)

// sdk is AWS's own client for Go. It retries as often as attempts says, without waiting.
func sdk(url string, attempts int, change ...func(*bedrockruntime.Options)) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url), RetryMaxAttempts: attempts, HTTPClient: plainBodies{http.DefaultClient},
		Credentials: credentials.NewStaticCredentialsProvider(DefaultAccessKey, DefaultSecret, ""),
	}, change...)
}

// plainBodies hides that request bodies can write themselves. The SDK closes the body as soon as the answer's headers are
// there, and a closed one then fails in WriteTo, where Read would say that it has ended; net/http takes that for a failed
// request and cuts the connection. Only a server as fast as this one is early enough.
type plainBodies struct{ bedrockruntime.HTTPClient }

func (p plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.HTTPClient.Do(r)
}

func say(text string) []types.Message {
	return []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}}}}
}

func sdkText(out types.ConverseOutput) string {
	message, ok := out.(*types.ConverseOutputMemberMessage)
	if !ok {
		return ""
	}
	var text strings.Builder
	for _, block := range message.Value.Content {
		if part, ok := block.(*types.ContentBlockMemberText); ok {
			text.WriteString(part.Value)
		}
	}
	return text.String()
}

// TestGoSDK holds what the SDK sends, escapes and signs against the emulator, and what the emulator answers against the
// SDK's reading. Each mutation must make it fail: see TestMutations.
func TestGoSDK(t *testing.T) {
	e := start(t, Config{})
	for _, fault := range goSDKFaults(context.Background(), e.URL) {
		t.Error(fault)
	}
}

// TestMutations damages the emulator and sees to it that the conformance test notices.
func TestMutations(t *testing.T) {
	for _, mutation := range []Mutation{MutateNoSignature, MutateSingleEscape, MutateUnionType, MutateNoBlockStop, MutateNoMessageStop, MutateBadCRC} {
		e := start(t, Config{Mutation: mutation})
		if len(goSDKFaults(context.Background(), e.URL)) == 0 {
			t.Errorf("%s: nothing was noticed", mutation)
		}
	}
}

// goSDKFaults drives the emulator through the SDK and returns all that is not as Bedrock has it.
func goSDKFaults(ctx context.Context, url string) []error {
	var faults []error
	check := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	client := sdk(url, 1)
	for _, id := range []string{haiku, micro, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + haiku} {
		check(sdkSameText(ctx, client, id))
	}
	check(sdkTools(ctx, client))
	check(sdkShapes(ctx, url))
	check(sdkInvoke(ctx, client))
	check(sdkWrongSecret(ctx, url))
	check(sdkTemporary(ctx, url))
	return faults
}

// sdkSameText compares the plain answer with the streamed one and looks at the stream's order.
func sdkSameText(ctx context.Context, client *bedrockruntime.Client, id string) error {
	out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: &id, Messages: say("What is a fjord?")})
	if err != nil {
		return err
	}
	all, err := sdkStream(ctx, client, &bedrockruntime.ConverseStreamInput{ModelId: &id, Messages: say("What is a fjord?")})
	if err != nil {
		return err
	}
	if got, want := all.text, sdkText(out.Output); got != want || got == "" {
		return errors.New("streamed " + got + ", plain " + want)
	}
	if all.order != "start delta stop end metadata" {
		return errors.New("the stream's order is " + all.order)
	}
	return nil
}

// sdkEvents sums a stream up.
type sdkEvents struct{ text, order, input string }

func (s *sdkEvents) add(name string) {
	if !strings.HasSuffix(s.order, name) {
		s.order = strings.TrimSpace(s.order + " " + name)
	}
}

func sdkStream(ctx context.Context, client *bedrockruntime.Client, in *bedrockruntime.ConverseStreamInput) (*sdkEvents, error) {
	out, err := client.ConverseStream(ctx, in)
	if err != nil {
		return nil, err
	}
	all := &sdkEvents{}
	for event := range out.GetStream().Events() {
		all.take(event)
	}
	return all, out.GetStream().Err()
}

func (s *sdkEvents) take(event types.ConverseStreamOutput) {
	switch event := event.(type) {
	case *types.ConverseStreamOutputMemberMessageStart:
		s.add("start")
	case *types.ConverseStreamOutputMemberContentBlockStart:
		s.add("open")
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		s.add("delta")
		switch delta := event.Value.Delta.(type) {
		case *types.ContentBlockDeltaMemberText:
			s.text += delta.Value
		case *types.ContentBlockDeltaMemberToolUse:
			s.input += aws.ToString(delta.Value.Input)
		}
	case *types.ConverseStreamOutputMemberContentBlockStop:
		s.add("stop")
	case *types.ConverseStreamOutputMemberMessageStop:
		s.add("end")
	case *types.ConverseStreamOutputMemberMetadata:
		s.add("metadata")
	}
}

func weatherTool() *types.ToolConfiguration {
	schema := map[string]any{"type": "object", "properties": map[string]any{"city": map[string]any{"type": "string"}}}
	return &types.ToolConfiguration{Tools: []types.Tool{&types.ToolMemberToolSpec{Value: types.ToolSpecification{
		Name: aws.String("weather"), Description: aws.String("The weather of a city"),
		InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(schema)},
	}}}}
}

// sdkTools goes through a call of a tool and its result, and the same call streamed.
func sdkTools(ctx context.Context, client *bedrockruntime.Client) error {
	messages := say("What is the weather in Oslo?")
	out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: messages, ToolConfig: weatherTool()})
	if err != nil {
		return err
	}
	message := out.Output.(*types.ConverseOutputMemberMessage).Value
	call, ok := message.Content[0].(*types.ContentBlockMemberToolUse)
	if !ok || out.StopReason != types.StopReasonToolUse {
		return errors.New("no tool was called")
	}
	messages = append(messages, message, types.Message{Role: types.ConversationRoleUser, Content: []types.ContentBlock{
		&types.ContentBlockMemberToolResult{Value: types.ToolResultBlock{ToolUseId: call.Value.ToolUseId, Content: []types.ToolResultContentBlock{
			&types.ToolResultContentBlockMemberText{Value: "drizzle"},
		}}},
	}})
	out, err = client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: messages, ToolConfig: weatherTool()})
	if err != nil || !strings.Contains(sdkText(out.Output), "drizzle") {
		return errors.Join(err, errors.New("the result was not used"))
	}
	all, err := sdkStream(ctx, client, &bedrockruntime.ConverseStreamInput{ModelId: aws.String(haiku), Messages: say("What is the weather in Oslo?"), ToolConfig: weatherTool()})
	if err != nil || all.order != "start open delta stop end metadata" || !json.Valid([]byte(all.input)) {
		return errors.Join(err, errors.New("the streamed call is wrong"))
	}
	return nil
}

// keeping is an HTTP client that keeps the last body it read.
type keeping struct{ body []byte }

func (k *keeping) Do(r *http.Request) (*http.Response, error) {
	response, err := plainBodies{http.DefaultClient}.Do(r)
	if err != nil {
		return nil, err
	}
	k.body, err = io.ReadAll(response.Body)
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(k.body))
	return response, err
}

// sdkShapes looks at the raw body too, since this SDK, unlike others, overlooks a union with two keys.
func sdkShapes(ctx context.Context, url string) error {
	raw := &keeping{}
	client := sdk(url, 1, func(o *bedrockruntime.Options) { o.HTTPClient = raw })
	out, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: say("What is a fjord?")})
	if err != nil {
		return err
	}
	if bytes.Contains(raw.body, []byte(`"type"`)) {
		return errors.New("a union carries a type: " + string(raw.body))
	}
	if out.Usage == nil || aws.ToInt32(out.Usage.TotalTokens) == 0 || out.Metrics == nil {
		return errors.New("usage or metrics are missing")
	}
	count, err := client.CountTokens(ctx, &bedrockruntime.CountTokensInput{ModelId: aws.String(haiku), Input: &types.CountTokensInputMemberConverse{
		Value: types.ConverseTokensRequest{Messages: say("What is a fjord?")},
	}})
	if err != nil || aws.ToInt32(count.InputTokens) != aws.ToInt32(out.Usage.InputTokens) {
		return errors.Join(err, errors.New("CountTokens disagrees with usage"))
	}
	return nil
}

func sdkInvoke(ctx context.Context, client *bedrockruntime.Client) error {
	out, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String(haiku), Body: []byte(claudeBody), ContentType: aws.String("application/json")})
	if err != nil || !strings.Contains(string(out.Body), `"stop_reason":"end_turn"`) {
		return errors.Join(err, errors.New("InvokeModel failed"))
	}
	stream, err := client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: aws.String(haiku), Body: []byte(claudeBody)})
	if err != nil {
		return err
	}
	last := ""
	for event := range stream.GetStream().Events() {
		if part, ok := event.(*types.ResponseStreamMemberChunk); ok {
			last = string(part.Value.Bytes)
		}
	}
	if err := stream.GetStream().Err(); err != nil || !strings.Contains(last, "message_stop") {
		return errors.Join(err, errors.New("the invocation's stream ends with "+last))
	}
	return nil
}

func sdkWrongSecret(ctx context.Context, url string) error {
	client := sdk(url, 1, func(o *bedrockruntime.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(DefaultAccessKey, "wrong", "")
	})
	_, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: say("hi")})
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "InvalidSignatureException" {
		return errors.Join(errors.New("a wrong secret was not refused"), err)
	}
	return nil
}

func sdkTemporary(ctx context.Context, url string) error {
	client := sdk(url, 1, func(o *bedrockruntime.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(DefaultTemporaryKey, DefaultSecret, DefaultToken)
	})
	_, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(micro), Messages: say("hi")})
	return err
}

func TestGoSDKErrors(t *testing.T) {
	e := start(t, Config{})
	ctx := context.Background()
	for fault, want := range map[string]string{
		"throttle": "ThrottlingException", "unavailable": "ServiceUnavailableException", "internal": "InternalServerException", "model_timeout": "ModelTimeoutException",
		"model_error": "ModelErrorException", "not_ready": "ModelNotReadyException", "access_denied": "AccessDeniedException",
	} {
		_, err := sdk(e.URL, 1).Converse(ctx, &bedrockruntime.ConverseInput{ModelId: aws.String(micro), Messages: say("hi[[fault:" + fault + "]]")})
		var got smithy.APIError
		if !errors.As(err, &got) || got.ErrorCode() != want || got.ErrorMessage() == "" {
			t.Errorf("%s: got %v, want %s", fault, err, want)
		}
	}
	for fault, want := range map[string]string{
		"stream_throttle": "ThrottlingException", "stream_internal": "InternalServerException", "stream_model_error": "ModelStreamErrorException", "stream_bad_crc": "checksum",
	} {
		_, err := sdkStream(ctx, sdk(e.URL, 1), &bedrockruntime.ConverseStreamInput{ModelId: aws.String(micro), Messages: say("What is a fjord?[[fault:" + fault + "]]")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", fault, err, want)
		}
	}
}

// TestGoSDKRetries counts the attempts that the SDK makes, which is what a proxy before the emulator must not multiply.
func TestGoSDKRetries(t *testing.T) {
	calls := make(chan Call, 20)
	e := start(t, Config{OnCall: func(c Call) { calls <- c }})
	for fault, want := range map[string]int{"throttle": 3, "unavailable": 3, "internal": 3, "model_error": 1, "access_denied": 1} {
		client := sdk(e.URL, 3, func(o *bedrockruntime.Options) { o.Retryer = hurried{o.Retryer} })
		_, err := client.Converse(context.Background(), &bedrockruntime.ConverseInput{ModelId: aws.String(micro), Messages: say("hi[[fault:" + fault + "]]")})
		if err == nil {
			t.Errorf("%s: no error", fault)
		}
		if got := len(calls); got != want {
			t.Errorf("%s: %d attempts, want %d", fault, got, want)
		}
		for len(calls) > 0 {
			<-calls
		}
	}
}

func TestGoSDKBearer(t *testing.T) {
	e := start(t, Config{})
	for key, want := range map[string]string{DefaultBearerKey: "", "bedrock-api-key-other": "AccessDeniedException"} {
		client := sdk(e.TLSURL, 1, func(o *bedrockruntime.Options) {
			o.Credentials = nil
			o.HTTPClient = client(e.CA, func(p *http.Protocols) { p.SetHTTP1(true) })
			o.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: key}}
			o.AuthSchemePreference = []string{"httpBearerAuth"}
		})
		_, err := client.Converse(context.Background(), &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: say("hi")})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", key, err, want)
		}
	}
}

// hurried retries without waiting.
type hurried struct{ aws.Retryer }

func (hurried) RetryDelay(int, error) (time.Duration, error) { return 0, nil }
