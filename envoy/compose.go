package envoy

// Compose names the images of docker-compose.yml.
type Compose struct {
	Image, EnvoyImage, PrometheusImage, GrafanaImage string
}

// ComposeYAML renders docker-compose.yml.
func ComposeYAML(c Compose) ([]byte, error) {
	or(&c.Image, "ockham:latest")
	or(&c.EnvoyImage, "envoyproxy/envoy:v"+Version()) // not distroless: its health check needs a shell
	or(&c.PrometheusImage, "prom/prometheus:v3.9.1")
	or(&c.GrafanaImage, "grafana/grafana:12.4.0")
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
