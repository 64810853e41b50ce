package dialect

import "ockham/bedrock"

// ContentType implements Dialect.
func (Converse) ContentType(stream bool) string {
	if stream {
		return "application/vnd.amazon.eventstream"
	}
	return "application/json"
}

// Error implements Dialect; the kind of error is in a header, see ErrorHeaders.
func (Converse) Error(dst []byte, e *Error, _ string) []byte {
	return append(appendField(append(dst, '{'), "message", e.Message), '}')
}

// ErrorHeaders implements ErrorHeaders: SDKs make their exceptions of this one.
func (Converse) ErrorHeaders(e *Error) [][2]string {
	return [][2]string{{"x-amzn-errortype", awsErrorType(e.Code)}}
}

func awsErrorType(c Code) string {
	switch c {
	case Unauthorized:
		return "UnrecognizedClientException"
	case Forbidden:
		return "AccessDeniedException"
	case NotFound:
		return "ResourceNotFoundException"
	case Throttled:
		return "ThrottlingException"
	case BudgetExceeded: // unlike throttling not to be tried again at once
		return "ServiceQuotaExceededException"
	case Unavailable:
		return "ServiceUnavailableException"
	case Timeout:
		return "ModelTimeoutException"
	case UpstreamFailed, Internal:
		return "InternalServerException"
	}
	return "ValidationException"
}

// Answer implements Dialect.
func (Converse) Answer(dst []byte, c *Call, r *Reply) []byte {
	a := r.Answer
	if c.Count {
		return append(appendInt(append(dst, '{'), "inputTokens", int64(a.Usage.Input)), '}')
	}
	dst = append(dst, '{')
	dst = appendMetrics(dst, a)
	dst = append(dst, `,"output":{"message":{"content":[`...)
	for i := range a.Content {
		b := a.Content[i]
		if b.Kind == bedrock.ToolUse {
			b.Raw = toolInput(string(b.Raw))
		}
		dst = bedrock.AppendBlock(separate(dst), &b)
	}
	dst = append(dst, `],"role":"assistant"}}`...)
	dst = appendField(dst, "stopReason", a.Stop)
	dst = appendConverseUsage(dst, a.Usage)
	if len(a.Rest) > 0 {
		dst = append(append(dst, ','), a.Rest...)
	}
	return append(dst, '}')
}

func appendMetrics(dst []byte, a *bedrock.Answer) []byte {
	dst = append(appendKey(dst, "metrics"), '{')
	return append(appendInt(dst, "latencyMs", int64(a.LatencyMS)), '}')
}

func appendConverseUsage(dst []byte, u bedrock.Usage) []byte {
	dst = append(appendKey(dst, "usage"), '{')
	dst = appendInt(dst, "inputTokens", int64(u.Input))
	dst = appendInt(dst, "outputTokens", int64(u.Output))
	dst = appendInt(dst, "totalTokens", int64(u.Total()))
	dst = appendInt(dst, "cacheReadInputTokens", int64(u.CacheRead))
	dst = appendInt(dst, "cacheWriteInputTokens", int64(u.CacheWrite))
	return append(dst, '}')
}
