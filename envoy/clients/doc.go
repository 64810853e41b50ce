// Package clients holds tests that drive Ockham, behind a real Envoy and before the emulator of Bedrock,
// with the clients that people use: the openai and anthropic packages, boto3, the AWS SDKs for Go and
// JavaScript, Vercel's AI SDK and LangChain with its standard suites. They need the build tag clients,
// an Envoy, and the clients, which tools/clients.sh installs. Each script also runs by itself against any
// Ockham: its first argument is the address.
package clients
