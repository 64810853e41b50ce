// Package conformance holds tests that drive the emulator with clients that were not written for it: boto3, the AWS CLI and
// the AWS SDK for JavaScript. They need the build tag clients, and the clients themselves, which tools/clients.sh installs.
package conformance
