//go:build clients

package clients

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
)

// sdk is the AWS SDK for Go with nothing but its endpoint moved.
func sdk(url string) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		BaseEndpoint: aws.String(url), Region: "eu-central-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDNOBODY", "nothing", ""),
	})
}

func says(text string) []types.Message {
	return []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}}}}
}

var tools = &types.ToolConfiguration{Tools: []types.Tool{
	tool("get_weather", "The weather of a city"), tool("get_time", "The time now"),
}}

func tool(name, description string) types.Tool {
	return &types.ToolMemberToolSpec{Value: types.ToolSpecification{
		Name: &name, Description: &description,
		InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(map[string]any{"type": "object", "properties": map[string]any{}})},
	}}
}

func TestGoSDK(t *testing.T) {
	client := sdk(up(t))
	hello := says("Say hello in one line.")
	t.Run("plain and streamed", func(t *testing.T) {
		whole, err := client.Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: aws.String("green"), Messages: hello})
		if err != nil {
			t.Fatal(err)
		}
		content := whole.Output.(*types.ConverseOutputMemberMessage).Value.Content
		want := content[0].(*types.ContentBlockMemberText).Value
		if whole.StopReason != types.StopReasonEndTurn || want == "" || *whole.Usage.TotalTokens == 0 {
			t.Errorf("got %+v, want a text that ended by itself, and usage", whole)
		}
		got, err := stream(t.Context(), client, "green", hello)
		if err != nil || got.text != want || got.stop != types.StopReasonEndTurn || got.usage == 0 {
			t.Errorf("streamed: got %+v, %v; want the text %q", got, err, want)
		}
	})
	t.Run("tools", func(t *testing.T) {
		out, err := client.Converse(t.Context(), &bedrockruntime.ConverseInput{
			ModelId: aws.String("auto"), Messages: says("What is the weather and the time in Paris? [[fault:two_tools]]"), ToolConfig: tools,
		})
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		for _, b := range out.Output.(*types.ConverseOutputMemberMessage).Value.Content {
			if _, ok := b.(*types.ContentBlockMemberToolUse); ok {
				calls++
			}
		}
		if calls != 2 || out.StopReason != types.StopReasonToolUse {
			t.Errorf("got %d calls and %s, want 2 and tool_use", calls, out.StopReason)
		}
	})
	t.Run("errors", func(t *testing.T) { goErrors(t, client) })
}

func goErrors(t *testing.T, client *bedrockruntime.Client) {
	for _, c := range []struct{ model, text, want string }{
		{"auto", "Hello [[fault:throttle]]", "ThrottlingException"},
		{"auto", "Hello [[fault:access_denied]]", "InternalServerException"},
		{"no-such-model", "Hello", "ResourceNotFoundException"},
		{"../../x", "Hello", "ValidationException"},
	} {
		_, err := client.Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: &c.model, Messages: says(c.text)})
		var e smithy.APIError
		if !errors.As(err, &e) || e.ErrorCode() != c.want {
			t.Errorf("%s, %s: got %v, want %s", c.model, c.text, err, c.want)
		}
	}
	// This SDK takes a stream that was merely cut for a complete one; an exception it does not overlook.
	for _, fault := range []string{"stream_truncate", "stream_model_error", "stream_bad_crc", "stream_throttle"} {
		if got, err := stream(t.Context(), client, "green", says("Hello [[fault:"+fault+"]]")); err == nil {
			t.Errorf("%s: got %+v, want an error", fault, got)
		}
	}
	for _, fault := range []string{"throttle@small", "stream_truncate@small", "stream_throttle@small"} {
		if got, err := stream(t.Context(), client, "green", says("Hello [[fault:"+fault+"]]")); err != nil || got.text == "" || got.stop != types.StopReasonEndTurn {
			t.Errorf("%s: got %+v, %v, want another model's answer", fault, got, err)
		}
	}
}

// said is what a stream told.
type said struct {
	text  string
	stop  types.StopReason
	usage int32
}

func stream(ctx context.Context, client *bedrockruntime.Client, model string, messages []types.Message) (s said, err error) {
	out, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: &model, Messages: messages})
	if err != nil {
		return s, err
	}
	events := out.GetStream()
	defer events.Close()
	var text strings.Builder
	for ev := range events.Events() {
		switch ev := ev.(type) {
		case *types.ConverseStreamOutputMemberContentBlockDelta:
			if d, ok := ev.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
				text.WriteString(d.Value)
			}
		case *types.ConverseStreamOutputMemberMessageStop:
			s.stop = ev.Value.StopReason
		case *types.ConverseStreamOutputMemberMetadata:
			s.usage = *ev.Value.Usage.TotalTokens
		}
	}
	s.text = text.String()
	return s, events.Err()
}
