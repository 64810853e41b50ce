package bedrock

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// MaxBackoff is the longest that the AWS SDK waits.
const MaxBackoff = retry.DefaultMaxBackoff

// Backoff is how long the AWS SDK waits before its n-th repetition of a call that was throttled, from 0: an
// exponential, with jitter.
func Backoff(n int) time.Duration {
	pause, err := retry.NewExponentialJitterBackoff(MaxBackoff).BackoffDelay(n, nil)
	if err != nil {
		return MaxBackoff
	}
	return pause
}
