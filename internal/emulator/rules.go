package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bedrock's own rules on conversations, which hold for every model. They are checked in order; the first broken one is
// the answer.

const (
	maxImages        = 20
	maxImageBytes    = 3_750_000
	maxDocuments     = 5
	maxDocumentBytes = 4_500_000
	maxCachePoints   = 4
)

func checkConversation(c *conversation) *apiError {
	for _, rule := range []func(*conversation) *apiError{
		checkTurns, checkBlocks, checkAttachments, checkToolTurns, checkCachePoints, checkChoice,
	} {
		if err := rule(c); err != nil {
			return err
		}
	}
	return nil
}

func checkTurns(c *conversation) *apiError {
	turns := withoutSystem(c.messages)
	if len(turns) == 0 || turns[0].role != "user" {
		return invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message.")
	}
	for i := 1; i < len(turns); i++ {
		if turns[i].role == turns[i-1].role {
			return invalid("A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.")
		}
	}
	return nil
}

func withoutSystem(messages []message) []message {
	for i, m := range messages {
		if m.role != "system" {
			continue
		}
		kept := append([]message(nil), messages[:i]...)
		for _, m := range messages[i:] {
			if m.role != "system" {
				kept = append(kept, m)
			}
		}
		return kept
	}
	return messages
}

func checkBlocks(c *conversation) *apiError {
	for _, b := range c.system {
		if b.kind == "text" && blank(b.text) {
			return invalid("The text field in the SystemContentBlock object at %s is blank. Add text to the text field, and try again.", b.at.path())
		}
	}
	for _, m := range c.messages {
		if len(m.blocks) == 0 {
			return invalid("The content field in the Message object at %s is empty. Add a ContentBlock object to the content field and try again.", m.at.path())
		}
		for _, b := range m.blocks {
			if err := checkBlock(b); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkBlock(b block) *apiError {
	switch {
	case b.kind == "text" && blank(b.text):
		return invalid("The text field in the ContentBlock object at %s is blank. Add text to the text field, and try again.", b.at.path())
	case b.kind == "toolUse" && asObject(b.input) == nil:
		return notObject(b.at.child("toolUse", nil).child("input", nil))
	case b.kind == "toolResult":
		return checkResult(b)
	}
	return nil
}

func checkResult(b block) *apiError {
	if len(b.content) == 0 && b.status == "error" {
		return invalid("The content field at %s.toolResult cannot be empty when status value is error.", b.at.path())
	}
	for _, c := range b.content {
		if c.kind == "json" && asObject(c.value) == nil {
			return notObject(c.at.child("json", nil))
		}
		if c.kind == "text" && blank(c.text) {
			return invalid("The text field in the ToolResultContentBlock object at %s is blank. Add text to the text field, and try again.", c.at.path())
		}
	}
	return nil
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// documentName is what Bedrock lets a document be called.
var documentName = regexp.MustCompile(`^[a-zA-Z0-9\-()\[\]]+( [a-zA-Z0-9\-()\[\]]+)*$`)

func checkAttachments(c *conversation) *apiError {
	pictures := 0
	papers := map[string]bool{}
	for _, m := range c.messages {
		for _, b := range m.blocks {
			if b.kind == "image" {
				pictures++
			}
			if err := checkAttachment(m, b, papers); err != nil {
				return err
			}
		}
	}
	if pictures > maxImages {
		return invalid("The number of images in the conversation exceeds the limit of %d. Remove images and try again.", maxImages)
	}
	if len(papers) > maxDocuments {
		return invalid("The number of documents in the conversation exceeds the limit of %d. Remove documents and try again.", maxDocuments)
	}
	return nil
}

func checkAttachment(m message, b block, papers map[string]bool) *apiError {
	if b.kind != "image" && b.kind != "document" {
		return nil
	}
	if m.role != "user" {
		return invalid("The %s field in the ContentBlock object at %s is only allowed in messages with the user role.", b.kind, b.at.path())
	}
	if b.kind == "image" {
		return checkSize(b, maxImageBytes, "3.75 MB")
	}
	switch {
	case !m.has("text"):
		return invalid("The Message object at %s contains a document but no text. Add a text block that accompanies the document and try again.", m.at.path())
	case !documentName.MatchString(b.name):
		return invalid("The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.")
	case papers[b.name]:
		return invalid("Messages can not contain duplicate document names")
	}
	papers[b.name] = true
	return checkSize(b, maxDocumentBytes, "4.5 MB")
}

func checkSize(b block, most int, name string) *apiError {
	if b.bytes <= most {
		return nil
	}
	return invalid("The %s at %s.%s exceeds the maximum size of %s. Provide a smaller file and try again.", b.kind, b.at.path(), b.kind, name)
}

// checkToolTurns pairs each toolUse with the toolResult of the next turn.
func checkToolTurns(c *conversation) *apiError {
	turns := withoutSystem(c.messages)
	for i, m := range turns {
		if (m.has("toolUse") || m.has("toolResult")) && !c.toolConfig {
			return invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
		}
		var called []string
		if i > 0 {
			called = toolIDs(turns[i-1], "toolUse")
		}
		if err := pairTools(m, called); err != nil {
			return err
		}
	}
	return nil
}

func toolIDs(m message, kind string) []string {
	var ids []string
	for _, b := range m.blocks {
		if b.kind == kind {
			ids = append(ids, b.id)
		}
	}
	return ids
}

func pairTools(m message, called []string) *apiError {
	results := toolIDs(m, "toolResult")
	if len(results) > len(called) {
		return invalid("The number of toolResult blocks at %s.content exceeds the number of toolUse blocks of previous turn.", m.at.path())
	}
	var open []string
	for _, id := range called {
		if !slices.Contains(results, id) {
			open = append(open, id)
		}
	}
	if len(open) > 0 {
		return invalid("Expected toolResult blocks at %s.content for the following Ids: %s", m.at.path(), strings.Join(open, ", "))
	}
	return nil
}

func checkCachePoints(c *conversation) *apiError {
	points := 0
	count := func(blocks []block) {
		for _, b := range blocks {
			if b.kind == "cachePoint" {
				points++
			}
		}
	}
	count(c.system)
	for _, m := range c.messages {
		count(m.blocks)
	}
	if points > maxCachePoints {
		return modelSaid("A maximum of %d blocks with cache_control may be provided. Found %d.", maxCachePoints, points)
	}
	return nil
}

func checkChoice(c *conversation) *apiError {
	if c.choice.kind != "tool" {
		return nil
	}
	for _, t := range c.tools {
		if t.name == c.choice.name {
			return nil
		}
	}
	return invalid("The tool name %s at toolConfig.toolChoice.tool.name isn't defined in toolConfig.tools. Provide the name of a defined tool and try again.", c.choice.name)
}

// modelSaid is a refusal by the model behind Bedrock, which Bedrock passes on.
func modelSaid(format string, args ...any) *apiError {
	return invalid("The model returned the following errors: %s", fmt.Sprintf(format, args...))
}
