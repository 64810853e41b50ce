package emulator

import "net/http"

// faultError is the error that a fault is instead of an answer, or nil. In a plain call the exceptions of streams come
// with their HTTP status.
func (s *Server) faultError(t target, all faults, streaming bool) *apiError {
	for _, f := range all {
		if err := s.plainFault(t, f); err != nil {
			return err
		}
		if exception := streamFault(f); exception != nil && !streaming {
			return exception
		}
	}
	return nil
}

func (s *Server) plainFault(t target, f fault) *apiError {
	switch f {
	case faultThrottle, faultJudgeError:
		return fails(http.StatusTooManyRequests, "ThrottlingException", "Too many requests, please wait before trying again.")
	case faultUnavailable:
		return fails(http.StatusServiceUnavailable, "ServiceUnavailableException", "Bedrock is unable to process your request.")
	case faultInternal:
		return fails(http.StatusInternalServerError, "InternalServerException", "The system encountered an unexpected error during processing. Try your request again.")
	case faultModelTimeout:
		return fails(http.StatusRequestTimeout, "ModelTimeoutException", "Model has timed out in processing the request. Try your request again.")
	case faultModelError:
		return modelError(t)
	case faultNotReady:
		return fails(http.StatusTooManyRequests, "ModelNotReadyException", "Model is not ready for inference. Wait and try your request again. Refer to documentation for more details.")
	case faultDenied:
		return s.notAuthorized(t)
	}
	return nil
}

func fails(status int, kind, message string) *apiError {
	return &apiError{status: status, kind: kind, message: message}
}

func modelError(t target) *apiError {
	return &apiError{
		status: http.StatusFailedDependency, kind: "ModelErrorException",
		message: "The model returned an unexpected error. Try your request again.",
		extra:   map[string]any{"originalStatusCode": 500, "resourceName": t.name},
	}
}

func (s *Server) notAuthorized(t target) *apiError {
	return denied("User: arn:aws:iam::123456789012:user/emulator is not authorized to perform: bedrock:InvokeModel on resource: " +
		t.model.ARN(s.config.Regions[0]) + " because no identity-based policy allows the bedrock:InvokeModel action")
}

// streamFault is the exception that a fault puts into a stream.
func streamFault(f fault) *apiError {
	switch f {
	case faultStreamThrottle:
		return fails(http.StatusTooManyRequests, "ThrottlingException", "Too many tokens, please wait before trying again.")
	case faultStreamInternal:
		return fails(http.StatusInternalServerError, "InternalServerException", "The system encountered an unexpected error during processing. Try your request again.")
	case faultStreamModelError:
		return &apiError{
			status: http.StatusFailedDependency, kind: "ModelStreamErrorException",
			message: "The model encountered an error while streaming the response. Try your request again.",
			extra:   map[string]any{"originalStatusCode": 500, "originalMessage": "stream interrupted"},
		}
	}
	return nil
}
