package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ockham/envoy"
)

// newRenderCommand writes configuration for the place where Ockham is to run.
func newRenderCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "render",
		Short: "Write configuration for Envoy, Istio, Kubernetes, IAM and more",
	}
	c.AddCommand(
		newRenderEnvoyCommand(), newRenderSidecarCommand(), newRenderGatewayCommand(), newRenderEnvoyGatewayCommand(),
		newRenderKubernetesCommand(), newRenderComposeCommand(), newRenderIAMCommand(), newRenderRateLimitCommand(),
	)
	family(c)
	return c
}

func newRenderEnvoyCommand() *cobra.Command {
	var f envoyFlags
	c := &cobra.Command{
		Use:   "envoy",
		Short: "Write a whole bootstrap for a plain Envoy " + envoy.MinVersion + " or newer",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := f.params()
			if err != nil {
				return err
			}
			return output(c)(envoy.Bootstrap(p))
		},
	}
	f.register(c.Flags())
	rare(c.Flags(), "access-log", "admin", "api-keys", "body-limit", "ca", "client-ca", "config", "egress", "envoy-1.36",
		"health", "idle-timeout", "jwt-audience", "jwt-claim", "max-requests", "message-timeout", "processor-ca", "processor-cert", "processor-key", "processor-name", "profile", "ratelimit",
		"replica", "tls-key", "tracing", "websocket")
	return c
}

// output prints what was rendered.
func output(c *cobra.Command) func([]byte, error) error {
	return func(b []byte, err error) error {
		if err != nil {
			return err
		}
		_, err = c.OutOrStdout().Write(b)
		return err
	}
}

// envoyFlags are the flags of everything that holds Envoy's configuration.
type envoyFlags struct {
	p         envoy.Params
	listen    string
	admin     string
	processor string
	http      string
	egress    string
	health    string
	tracing   string

	regions  []string
	ca       string
	profiles []string
	body     string

	ratelimit string
	config    string
	replicas  []string

	server envoy.ServerTLS
	client envoy.ClientTLS
	jwt    envoy.JWT
	keys   string
}

func (f *envoyFlags) register(s *pflag.FlagSet) {
	s.StringVar(&f.listen, "listen", "127.0.0.1:8080", "where clients connect, host:port")
	s.StringVar(&f.admin, "admin", "", "Envoy's admin interface, host:port; none by default")
	s.StringVar(&f.health, "health", "", "listener that shows /ready and /stats/prometheus of --admin, host:port; none by default")
	s.StringVar(&f.egress, "egress", "", "listener for the service's own calls, host:port, to be named in its bedrock.egress; none by default")
	s.BoolVar(&f.p.Envoy136, "envoy-1.36", false, "set the runtime flag that Envoy 1.36 needs")
	f.registerService(s)
	f.registerBedrock(s)
	f.registerAuth(s)
	f.registerLimits(s)
	s.StringVar(&f.ratelimit, "ratelimit", "", "rate limit service, HOST:PORT, that keeps the budgets of --config")
	s.StringVarP(&f.config, "config", "c", "", "configuration file, for its budgets")
	s.StringArrayVar(&f.replicas, "replica", nil, "further `address` of the service, where no name in DNS stands for all; repeat for more")
	s.StringVar(&f.tracing, "tracing", "", "OTLP collector that takes Envoy's spans, host:port for gRPC; Envoy does not trace by default")
	s.StringVar(&f.p.AccessLog, "access-log", "", "file for the access log, say /dev/stdout; none by default")
}

func (f *envoyFlags) registerService(s *pflag.FlagSet) {
	s.StringVar(&f.processor, "processor", "127.0.0.1:9002", "Ockham's ext_proc service, host:port or unix:/path")
	s.StringVar(&f.http, "http", "", "Ockham's HTTP port, host:port, for models, explain and feedback; left out by default")
	s.BoolVar(&f.p.WebSocket, "websocket", false, "take WebSockets on /api/v1/generate; needs --http")
	s.StringVar(&f.client.CA, "processor-ca", "", "file of the CA that signed the service's certificate; plain text by default")
	s.StringVar(&f.client.ServerName, "processor-name", "ockham", "name in the service's certificate")
	s.StringVar(&f.client.Cert, "processor-cert", "", "certificate to show to the service")
	s.StringVar(&f.client.Key, "processor-key", "", "its key")
}

func (f *envoyFlags) registerBedrock(s *pflag.FlagSet) {
	s.StringArrayVar(&f.regions, "region", []string{"us-east-1"}, "region of Bedrock, `NAME[=URL]`, the URL that of a VPC endpoint or emulator; repeat for more")
	s.StringArrayVar(&f.profiles, "profile", nil, "route of its own for clients with a header, `NAME=HEADER:VALUE`, say voice=x-bot:voice; repeat for more")
}

func (f *envoyFlags) registerLimits(s *pflag.FlagSet) {
	s.StringVar(&f.body, "body-limit", "32MiB", "largest request")
	s.IntVar(&f.p.MaxRequests, "max-requests", 0, "requests at once (default 100000)")
	s.DurationVar(&f.p.Timeouts.Idle, "idle-timeout", 0, "longest silence of a stream, longer than the longest hold of an answer (default 5m)")
	s.DurationVar(&f.p.Timeouts.Message, "message-timeout", 0, "longest the service may plan (default 10s)")
}

func (f *envoyFlags) registerAuth(s *pflag.FlagSet) {
	s.StringVar(&f.server.Cert, "tls-cert", "", "certificate for clients; plain text by default")
	s.StringVar(&f.server.Key, "tls-key", "", "its key")
	s.StringVar(&f.server.CA, "client-ca", "", "file of the CA that clients' certificates must be signed by; their URI name becomes the tenant")
	s.StringVar(&f.ca, "ca", "", "file of the CAs that may have signed Bedrock's certificate; the system's by default")
	s.StringVar(&f.keys, "api-keys", "", "file of API keys, a line each: CLIENT KEY")
	f.registerJWT(s)
}

func (f *envoyFlags) registerJWT(s *pflag.FlagSet) {
	s.StringVar(&f.jwt.Issuer, "jwt-issuer", "", "issuer of clients' tokens")
	s.StringVar(&f.jwt.Audience, "jwt-audience", "", "audience that a token must be for")
	s.StringVar(&f.jwt.JWKS, "jwks", "", "the issuer's public keys, a URL or a file")
	s.StringVar(&f.jwt.Claim, "jwt-claim", "sub", "claim that names the tenant")
}

// params turns the flags into parameters; a wrong flag is named.
func (f *envoyFlags) params() (envoy.Params, error) {
	p := f.p
	for _, a := range []struct {
		flag, value string
		to          *envoy.Address
	}{
		{"listen", f.listen, &p.Listen},
		{"admin", f.admin, &p.Admin},
		{"processor", f.processor, &p.Processor},
		{"http", f.http, &p.HTTP},
		{"egress", f.egress, &p.Egress},
		{"health", f.health, &p.Health},
		{"tracing", f.tracing, &p.Tracing},
	} {
		if a.value == "" {
			continue
		}
		address, err := envoy.ParseAddress(a.value)
		if err != nil {
			return p, fmt.Errorf("--%s: %w", a.flag, err)
		}
		*a.to = address
	}
	if p.WebSocket && f.http == "" && f.listen != "" {
		return p, fmt.Errorf("--websocket needs --http: sockets end at Ockham's HTTP port")
	}
	limit, err := parseBytes(f.body)
	if err != nil {
		return p, fmt.Errorf("--body-limit: %w", err)
	}
	p.BodyLimit = limit
	for _, r := range f.replicas {
		p.Replicas = append(p.Replicas, envoy.Address(r))
	}
	if f.ratelimit != "" {
		p.RateLimit = envoy.Address(f.ratelimit)
		if p.Budgets, err = budgets(f.config); err != nil {
			return p, err
		}
	}
	if err := f.addRegions(&p); err != nil {
		return p, err
	}
	if err := f.addProfiles(&p); err != nil {
		return p, err
	}
	return p, f.addAuth(&p)
}

func (f *envoyFlags) addRegions(p *envoy.Params) error {
	for _, r := range f.regions {
		name, url, _ := strings.Cut(r, "=")
		if name == "" {
			return fmt.Errorf("--region: %q has no name; write NAME or NAME=URL", r)
		}
		p.Regions = append(p.Regions, envoy.Region{Name: name, Endpoint: url, CA: f.ca})
	}
	return nil
}

func (f *envoyFlags) addProfiles(p *envoy.Params) error {
	for _, v := range f.profiles {
		name, match, ok := strings.Cut(v, "=")
		// The header may be a pseudo header, which begins with a colon.
		i := strings.Index(strings.TrimPrefix(match, ":"), ":")
		if !ok || name == "" || i < 1 {
			return fmt.Errorf("--profile: %q is not NAME=HEADER:VALUE", v)
		}
		i += len(match) - len(strings.TrimPrefix(match, ":"))
		p.Profiles = append(p.Profiles, envoy.Profile{Name: name, Header: match[:i], Value: match[i+1:]})
	}
	return nil
}

func (f *envoyFlags) addAuth(p *envoy.Params) error {
	if (f.server.Cert == "") != (f.server.Key == "") {
		return fmt.Errorf("--tls-cert and --tls-key go together")
	}
	if f.server.CA != "" && f.server.Cert == "" {
		return fmt.Errorf("--client-ca needs --tls-cert and --tls-key")
	}
	if f.server.Cert != "" {
		p.TLS = &f.server
	}
	if f.client.CA != "" {
		p.ProcessorTLS = &f.client
	}
	auth := envoy.Auth{Certificate: f.server.CA != ""}
	if (f.jwt.Issuer == "") != (f.jwt.JWKS == "") {
		return fmt.Errorf("--jwt-issuer and --jwks go together")
	}
	if f.jwt.Issuer != "" {
		auth.JWT = &f.jwt
	}
	keys, err := readKeys(f.keys)
	if err != nil {
		return fmt.Errorf("--api-keys: %w", err)
	}
	auth.Keys = keys
	if auth.Certificate || auth.JWT != nil || len(auth.Keys) > 0 {
		p.Auth = &auth
	}
	return nil
}

// readKeys reads a file of "CLIENT KEY" lines; # starts a comment.
func readKeys(path string) ([]envoy.Key, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var keys []envoy.Key
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		switch len(fields) {
		case 0:
		case 2:
			keys = append(keys, envoy.Key{Client: fields[0], Key: fields[1]})
		default:
			return nil, fmt.Errorf("%s, line %d: not CLIENT KEY", path, n) // the line itself may hold a key
		}
	}
	if len(keys) == 0 && lines.Err() == nil {
		return nil, fmt.Errorf("%s holds no key", path)
	}
	return keys, lines.Err()
}

// parseBytes reads 32MiB, 100KB or a plain number.
func parseBytes(s string) (int, error) {
	for _, unit := range []struct {
		name string
		size int
	}{{"MiB", 1 << 20}, {"KiB", 1 << 10}, {"MB", 1_000_000}, {"KB", 1_000}, {"", 1}} {
		number, ok := strings.CutSuffix(s, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil || n <= 0 || n > (1<<31-1)/unit.size {
			break
		}
		return n * unit.size, nil
	}
	return 0, fmt.Errorf("%q is no size such as 32MiB", s)
}
