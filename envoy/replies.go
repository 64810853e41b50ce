package envoy

import (
	"fmt"
	"strconv"
	"strings"
)

// replyDialect is how one client language words what Envoy answers itself.
type replyDialect struct {
	Name  string
	Cases []replyCase
}

type replyCase struct {
	About     string
	When      string // CEL
	Status    int    // replaces Envoy's where not 0
	ErrorType string // Bedrock's header
	Body      string // YAML of a json_format
}

// reply is one status in every dialect's words.
type reply struct {
	status                     int
	code                       string
	openai, anthropic, bedrock string
	message                    string
}

// repliesByStatus holds what Envoy itself may answer; the last stands for every other status. No word
// may hold a quote or a closing parenthesis: they end up inside a CEL expression inside %CEL()%.
func repliesByStatus(budgets bool) []reply {
	const invalid = "invalid_request_error"
	limited := reply{429, "throttled", "rate_limit_error", "rate_limit_error", "ThrottlingException", "too many requests; try again later"}
	if budgets {
		limited = reply{429, "budget_exceeded", "insufficient_quota", "rate_limit_error", "ServiceQuotaExceededException", "the budget is spent; try again later"}
	}
	return []reply{
		{400, "invalid_request", invalid, invalid, "ValidationException", "the request is malformed"},
		{401, "unauthorized", invalid, "authentication_error", "UnrecognizedClientException", "the request is not authenticated"},
		{403, "forbidden", invalid, "permission_error", "AccessDeniedException", "the request is not allowed"},
		{404, "not_found", invalid, "not_found_error", "ResourceNotFoundException", "there is nothing at this path"},
		{408, "timeout", "server_error", "timeout_error", "ModelTimeoutException", "the request did not arrive in time"},
		{413, "too_large", invalid, "request_too_large", "ValidationException", "the request is larger than this gateway takes"},
		{426, "invalid_request", invalid, invalid, "ValidationException", "another protocol is needed here"},
		limited,
		{431, "invalid_request", invalid, invalid, "ValidationException", "the headers are too large"},
		{502, "upstream_failed", "server_error", "api_error", "ModelErrorException", upstreamFailed},
		{503, "unavailable", "server_error", "overloaded_error", "ServiceUnavailableException", "the service is not available now; try again later"},
		{504, "timeout", "server_error", "timeout_error", "ModelTimeoutException", "no answer came in time"},
		{0, "internal", "server_error", "api_error", "InternalServerException", "the gateway failed"},
	}
}

const upstreamFailed = "the answer of the model broke off"

// pathOf is the path as the client sent it, kept by the header_to_metadata filter.
const pathOf = "metadata.filter_metadata['ockham.client']['path']"

// replies lists the dialects in the order in which their mappers are tried. The last fits all, unless
// the listener is shared with others, whose replies are none of our business. With budgets, Envoy's 429
// is theirs.
func replies(shared, budgets bool) []replyDialect {
	otherwise := ""
	if shared {
		otherwise = pathOf + ".startsWith('/api/v1/')"
	}
	all := repliesByStatus(budgets)
	return []replyDialect{
		newReplyDialect(all, "OpenAI", pathOf+".startsWith('/v1/chat/')", openaiBody, nil),
		newReplyDialect(all, "Anthropic", pathOf+".startsWith('/v1/messages')", anthropicBody, nil),
		newReplyDialect(all, "Bedrock", pathOf+".startsWith('/model/')", bedrockBody, func(r reply) string { return r.bedrock }),
		newReplyDialect(all, "Ockham's own API", otherwise, generateBody, nil),
	}
}

// newReplyDialect makes the two cases of a dialect: a broken answer, whose 503 by Envoy is an
// upstream_failed, and all the rest, told apart by status.
func newReplyDialect(all []reply, name, when string, body func(func(field) string) string, errorType field) replyDialect {
	broken := "response.code_details.startsWith('upstream_reset_') && !response.code_details.contains('overflow')"
	constant := func(f field) string { return f(statusReply(all, 502)) }
	byStatus := func(f field) string { return "%CEL(" + celSwitch(all, f) + ")%" }
	cases := []replyCase{
		{About: "an answer that broke off", When: and(when, broken), Status: 502, Body: body(constant)},
		{About: "everything else", When: and(when, "true"), Body: body(byStatus)},
	}
	if errorType != nil {
		cases[0].ErrorType, cases[1].ErrorType = constant(errorType), byStatus(errorType)
	}
	return replyDialect{name, cases}
}

// field picks one word of a reply.
type field func(reply) string

func code(r reply) string      { return r.code }
func message(r reply) string   { return r.message }
func openai(r reply) string    { return r.openai }
func anthropic(r reply) string { return r.anthropic }

func generateBody(value func(field) string) string {
	return fmt.Sprintf("error: {code: %s, message: %s, request_id: \"%%REQ(X-REQUEST-ID)%%\"}",
		quote(value(code)), quote(value(message)))
}

func openaiBody(value func(field) string) string {
	return fmt.Sprintf("error: {message: %s, type: %s, param: null, code: %s}",
		quote(value(message)), quote(value(openai)), quote(value(code)))
}

func anthropicBody(value func(field) string) string {
	return fmt.Sprintf("type: error\nerror: {type: %s, message: %s}\nrequest_id: \"%%REQ(X-REQUEST-ID)%%\"",
		quote(value(anthropic)), quote(value(message)))
}

func bedrockBody(value func(field) string) string {
	return "message: " + quote(value(message))
}

func statusReply(all []reply, status int) reply {
	for _, r := range all {
		if r.status == status {
			return r
		}
	}
	return all[len(all)-1]
}

// celSwitch writes a choice by status, statuses of one word together. The last reply is the default.
func celSwitch(all []reply, f field) string {
	otherwise := f(all[len(all)-1])
	var words []string
	statuses := map[string][]string{}
	for _, r := range all[:len(all)-1] {
		word := f(r)
		if word != otherwise && statuses[word] == nil {
			words = append(words, word)
		}
		statuses[word] = append(statuses[word], strconv.Itoa(r.status))
	}
	var b strings.Builder
	for _, word := range words {
		if len(statuses[word]) == 1 {
			fmt.Fprintf(&b, "response.code == %s ? '%s' : ", statuses[word][0], word)
			continue
		}
		fmt.Fprintf(&b, "response.code in [%s] ? '%s' : ", strings.Join(statuses[word], ", "), word)
	}
	return b.String() + "'" + otherwise + "'"
}

func and(a, b string) string {
	if a == "" {
		return b
	}
	if b == "true" {
		return a
	}
	return a + " && " + b
}
