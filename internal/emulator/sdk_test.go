package emulator

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

const haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0"

func start(t *testing.T, config Config) *Running {
	t.Helper()
	running, err := Start(config)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(running.Close)
	return running
}

// sdk is AWS's own client, without retries.
func sdk(url string, change ...func(*bedrockruntime.Options)) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(url), RetryMaxAttempts: 1, HTTPClient: &http.Client{},
		Credentials: credentials.NewStaticCredentialsProvider(DefaultAccessKey, DefaultSecret, ""),
	}, change...)
}

func say(text string) []types.Message {
	return []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}}}}
}

func TestSDKConverse(t *testing.T) {
	e := start(t, Config{})
	out, err := sdk(e.URL).Converse(context.Background(), &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: say("What is a fjord?")})
	if err != nil {
		t.Fatalf("Converse: %v", err)
	}
	t.Logf("%+v", out.Output.(*types.ConverseOutputMemberMessage).Value.Content[0])
	stream, err := sdk(e.URL).ConverseStream(context.Background(), &bedrockruntime.ConverseStreamInput{ModelId: aws.String(haiku), Messages: say("What is a fjord?")})
	if err != nil {
		t.Fatalf("ConverseStream: %v", err)
	}
	for event := range stream.GetStream().Events() {
		t.Logf("%T %+v", event, event)
	}
	if err := stream.GetStream().Err(); err != nil {
		t.Error(err)
	}
	_, err = sdk(e.URL).Converse(context.Background(), &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: say("What is a fjord? [[fault:throttle@small]]")})
	var throttled *types.ThrottlingException
	if !errors.As(err, &throttled) {
		t.Errorf("got %v", err)
	}
}
