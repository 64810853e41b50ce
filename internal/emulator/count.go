package emulator

import (
	"encoding/base64"
	"net/http"
)

// serveCount answers CountTokens: a Converse request, or InvokeModel's body in base64. Bedrock counts for some models only;
// the emulator does for all of them.
func (x *exchange) serveCount(t target) *apiError {
	talk, err := x.readCount(t)
	if err != nil {
		return err
	}
	if err := checkConversation(talk); err != nil {
		return err
	}
	x.call.Input = countInput(t.model, talk)
	return x.sendJSON(map[string]any{"inputTokens": x.call.Input})
}

func (x *exchange) readCount(t target) (*conversation, *apiError) {
	root, err := parseBody(x.call.Body)
	if err != nil {
		return nil, err
	}
	input := root.field("input").require()
	if err := root.reader.err(); err != nil {
		return nil, err
	}
	switch unionKey(input, "CountTokensInput", "invokeModel, converse", "invokeModel", "converse") {
	case "converse":
		talk := readConversation(input.field("converse"))
		return talk, root.reader.err()
	case "invokeModel":
		body, fault := base64.StdEncoding.DecodeString(input.field("invokeModel").field("body").require().text())
		if fault != nil {
			return nil, unreadable("Expected base64-encoded bytes at 'input.invokeModel.body'")
		}
		talk, _, err := readInvoke(t.model, body)
		return talk, err
	}
	return nil, root.reader.err()
}

func (x *exchange) sendJSON(value any) *apiError {
	x.begin("application/json")
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(encodeJSON(value))
	return nil
}
