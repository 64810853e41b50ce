package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ockham/bedrock"
	"ockham/dialect"
	"ockham/extproc"
	"ockham/internal/policy"
	"ockham/internal/progress"
	"ockham/routing"
)

// explainFlags are what explain may be told beside the prompt.
type explainFlags struct {
	config, request, dialect string
	task, pipe, model        string
	route, tenant, id        string
	headers                  []string
	json, showPrompt         bool
}

func newExplainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain [PROMPT]",
		Short: "Tell every step of how a prompt would be routed, without AWS",
		Long: "Decides about a prompt as serve would, and tells how: what was seen in it, which\n" +
			"rule matched, what the classifier says, whether the judge would be asked and\n" +
			"why, which models are tried, what it is expected to cost. The prompt is the\n" +
			"argument, or standard input. No model is called.",
		Example: "  ockham explain \"Summarise this mail\"\n  ockham explain --request request.json --show-prompt\n  git diff | ockham explain --task code --json",
		RunE: func(c *cobra.Command, args []string) error {
			return explain(c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr(), args, &f)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.config, "config", "c", "", configHelp)
	fl.StringVar(&f.request, "request", "", "`file` with a request's JSON body instead; - is standard input")
	fl.StringVar(&f.dialect, "dialect", "generate", "of --request: generate, openai or anthropic")
	fl.StringVar(&f.task, "task", "", "task_type")
	fl.StringVar(&f.pipe, "pipe", "", "ask for a pipe")
	fl.StringVar(&f.model, "model", "", "ask for a model by name")
	fl.StringVar(&f.route, "route", "", "Envoy's route, as in the configuration's routes")
	fl.StringVar(&f.tenant, "tenant", "", "who pays")
	fl.StringVar(&f.id, "id", "", "request id, which seeds the hold-out")
	fl.StringArrayVar(&f.headers, "header", nil, "request header, `NAME=VALUE`, that inputs.headers names; repeat for more")
	fl.BoolVar(&f.json, "json", false, "print JSON, as POST /api/v1/explain does")
	fl.BoolVar(&f.showPrompt, "show-prompt", false, "print what each model would be sent")
	complete(c, "dialect", "generate", "openai", "anthropic")
	rare(fl, "dialect", "id", "model", "route", "tenant")
	return c
}

func explain(in io.Reader, out, errs io.Writer, args []string, f *explainFlags) error {
	p, err := loadPolicy(errs, f.config, offline())
	if err != nil {
		return err
	}
	headers, err := f.readHeaders(p.Config.Inputs.Headers)
	if err != nil {
		return err
	}
	call, err := f.call(in, args, headers)
	if err != nil {
		return err
	}
	prompt := f.prompt(call, headers)
	plan, err := p.Router.Explain(prompt)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(out, routing.Explained(plan))
	}
	t := teller{out: out, paint: painter(out), plan: plan, prompt: prompt}
	t.tell()
	if f.showPrompt {
		showPrompts(out, p, plan, call, prompt, f.route)
	}
	return nil
}

// taskHeader is read by every dialect, so that it need not be an input.
const taskHeader = "x-task-type"

// readHeaders takes the headers apart. One that no rule could see is a mistake.
func (f *explainFlags) readHeaders(inputs []string) (map[string]string, error) {
	headers := map[string]string{}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !ok || name == "":
			return nil, fmt.Errorf("--header %q is not NAME=VALUE", h)
		case name != taskHeader && !slices.Contains(inputs, name):
			return nil, fmt.Errorf("--header %s: inputs.headers does not name it, so no rule would see it%s", name, routing.Suggest(name, inputs))
		}
		headers[name] = value
	}
	return headers, nil
}

var errNoPrompt = errors.New("no prompt: give it as an argument, on standard input, or a request with --request FILE")

// call reads the request: from a file, the argument or standard input.
func (f *explainFlags) call(in io.Reader, args []string, headers map[string]string) (*dialect.Call, error) {
	if f.request == "" {
		text := strings.Join(args, " ")
		if text == "" {
			if progress.IsTerminal(in) {
				return nil, errNoPrompt
			}
			data, err := io.ReadAll(in)
			if err != nil {
				return nil, err
			}
			if text = string(data); strings.TrimSpace(text) == "" {
				return nil, errNoPrompt
			}
		}
		return parseCall("generate", promptBody(text), headers)
	}
	if len(args) > 0 {
		return nil, errors.New("give a prompt or --request, not both")
	}
	body, err := readInput(in, f.request)
	if err != nil {
		return nil, err
	}
	return parseCall(f.dialect, body, headers)
}

func readInput(in io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	body, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("request cannot be read: %w", err)
	}
	return body, nil
}

func promptBody(text string) []byte {
	body, err := json.Marshal(map[string]string{"prompt": text})
	if err != nil {
		return nil // a string always marshals
	}
	return body
}

func parseCall(name string, body []byte, headers map[string]string) (*dialect.Call, error) {
	var known []string
	for _, d := range dialect.All() {
		if d.Name() == name {
			call, err := d.Parse(&dialect.Input{Method: "POST", Body: body, Header: func(name string) string { return headers[name] }})
			if err != nil {
				return nil, fmt.Errorf("request: %w", err)
			}
			return call, nil
		}
		known = append(known, d.Name())
	}
	return nil, fmt.Errorf("there is no dialect %q; there are %s", name, strings.Join(known, ", "))
}

// prompt is what the router sees of the call, with what Envoy would add.
func (f *explainFlags) prompt(call *dialect.Call, headers map[string]string) *routing.Prompt {
	p := extproc.Prompt(call)
	p.Route, p.Tenant, p.ID, p.Headers = f.route, f.tenant, f.id, headers
	if f.task != "" {
		p.Task = f.task
	}
	if f.pipe != "" {
		p.Pipe = f.pipe
	}
	if f.model != "" {
		p.Model = f.model
	}
	return p
}

// showPrompts prints the Converse body that each model would be sent, attempt by attempt.
func showPrompts(out io.Writer, p *policy.Policy, plan *routing.Plan, call *dialect.Call, prompt *routing.Prompt, route string) {
	for i, m := range plan.Models {
		text, fold := p.System(m, prompt.Task, prompt.System)
		o := bedrock.FitOptions{Stream: call.Stream, Fold: fold, Fresh: i > 0, Guardrail: p.Guardrail(m, plan.Pipe, route).JSON(call.Stream)}
		if text != prompt.System {
			o.System = &text
		}
		fit := bedrock.Fit(&call.Request, p.Bedrock(m), o)
		fmt.Fprintf(out, "\nWhat %s is sent\n", m.Name)
		for _, d := range fit.Dropped {
			fmt.Fprintf(out, "  left out: %s\n", d)
		}
		for _, b := range fit.Bridged {
			fmt.Fprintf(out, "  in another way: %s\n", b)
		}
		fmt.Fprintln(out, indented(fit.Body))
	}
}

func indented(body []byte) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("  ", "  ")
	if err := e.Encode(json.RawMessage(body)); err != nil {
		return string(body)
	}
	return "  " + strings.TrimSpace(b.String())
}
