package envoy

// Compose names the images of docker-compose.yml.
type Compose struct {
	Image, EnvoyImage string
}

// ComposeYAML renders docker-compose.yml.
func ComposeYAML(c Compose) ([]byte, error) {
	or(&c.Image, "ockham:latest")
	or(&c.EnvoyImage, "envoyproxy/envoy:v"+Version()) // not distroless: its health check needs a shell
	return execute("compose.yaml.tmpl", c)
}

// ComposeParams are those of the Envoy in docker-compose.yml.
func ComposeParams() Params {
	return Params{
		Listen: "0.0.0.0:8080", Admin: "127.0.0.1:9901", Processor: "ockham:9002", HTTP: "ockham:8083",
		WebSocket: true, AccessLog: "/dev/stdout",
		Regions: []Region{{Name: "us-east-1", Endpoint: "http://emulator:8081"}},
	}
}
