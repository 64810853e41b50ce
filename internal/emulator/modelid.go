package emulator

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// catalogue finds models by what clients write in the path: ids, profile ids and ARNs.
type catalogue struct {
	models   map[string]*Model
	profiles map[string]*Model // us.anthropic....
	own      map[string]*Model // ids of application inference profiles
	regions  []string
}

func newCatalogue(regions []string, own map[string]string) (*catalogue, error) {
	c := &catalogue{models: map[string]*Model{}, profiles: map[string]*Model{}, own: map[string]*Model{}, regions: regions}
	for _, model := range Models() {
		c.add(&model)
	}
	for id, target := range own {
		model, err := c.byID(target)
		if err != nil {
			return nil, fmt.Errorf("profiles: %s names the unknown model %q", id, target)
		}
		c.own[id] = model
	}
	return c, nil
}

func (c *catalogue) add(model *Model) {
	if model.tokenFactor == 0 {
		model.tokenFactor = 1
	}
	c.models[model.ID] = model
	for _, geography := range model.Profiles {
		if c.near(geography) {
			c.profiles[geography+"."+model.ID] = model
		}
	}
}

// near tells whether profiles of the geography exist in one of the emulator's regions.
func (c *catalogue) near(geography string) bool {
	for _, region := range c.regions {
		if geography == "global" || geographyOf(region) == geography || countryOf(region) == geography {
			return true
		}
	}
	return false
}

func geographyOf(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "us-gov"
	case strings.HasPrefix(region, "ap-"):
		return "apac"
	}
	geography, _, _ := strings.Cut(region, "-")
	return geography
}

func countryOf(region string) string {
	switch region {
	case "ap-northeast-1", "ap-northeast-3":
		return "jp"
	case "ap-southeast-2", "ap-southeast-4":
		return "au"
	}
	return ""
}

// target is a model as a request names it.
type target struct {
	name    string // as the client wrote it, unescaped
	model   *Model
	profile bool // reached through an inference profile or provisioned throughput
}

var errUnknownModel = errors.New("unknown model")

func (c *catalogue) byID(id string) (*Model, error) {
	if model := c.profiles[id]; model != nil {
		return model, nil
	}
	if model := c.models[id]; model != nil {
		return model, nil
	}
	return nil, errUnknownModel
}

// resolve finds the model that name stands for and checks that it can be called so.
func (c *catalogue) resolve(name string) (target, *apiError) {
	if len(name) > 2048 {
		return target{}, violation("Value at 'modelId' failed to satisfy constraint: Member must have length less than or equal to 2048")
	}
	t, err := c.lookup(name)
	if err != nil {
		return target{}, err
	}
	if !t.profile && !t.model.has(onDemand) {
		return target{}, invalid("Invocation of model ID %s with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.", name)
	}
	return t, nil
}

func (c *catalogue) lookup(name string) (target, *apiError) {
	if strings.HasPrefix(name, "arn:") {
		return c.lookupARN(name)
	}
	if model := c.profiles[name]; model != nil {
		return target{name, model, true}, nil
	}
	if model := c.models[name]; model != nil {
		return target{name, model, false}, nil
	}
	return target{}, unknownModel()
}

func unknownModel() *apiError { return invalid("The provided model identifier is invalid.") }

// lookupARN reads arn:PARTITION:bedrock:REGION:ACCOUNT:KIND/ID.
func (c *catalogue) lookupARN(name string) (target, *apiError) {
	parts := strings.SplitN(name, ":", 6)
	if len(parts) < 6 || parts[2] != "bedrock" || !slices.Contains(c.regions, parts[3]) {
		return target{}, unknownModel()
	}
	kind, id, found := strings.Cut(parts[5], "/")
	if !found {
		return target{}, unknownModel()
	}
	return c.lookupResource(name, kind, id)
}

func (c *catalogue) lookupResource(name, kind, id string) (target, *apiError) {
	var model *Model
	switch kind {
	case "foundation-model":
		if model = c.models[id]; model != nil {
			return target{name, model, false}, nil
		}
	case "inference-profile":
		model = c.profiles[id]
	case "application-inference-profile", "provisioned-model", "custom-model-deployment":
		model = c.own[id]
	case "imported-model":
		return target{}, invalid("The Converse API doesn't support imported models.")
	}
	if model == nil {
		return target{}, unknownModel()
	}
	return target{name, model, true}, nil
}

// operation is one of the API's operations, named as its path ends.
type operation string

const (
	converse       operation = "converse"
	converseStream operation = "converse-stream"
	countTokens    operation = "count-tokens"
	invoke         operation = "invoke"
	invokeStream   operation = "invoke-with-response-stream"
)

// route splits the path as it came, before any unescaping: the model is one segment, whatever is escaped in it.
func route(method, rawPath string) (operation, string, bool) {
	segments := strings.Split(rawPath, "/")
	if method != "POST" || len(segments) != 4 || segments[0] != "" || segments[1] != "model" || segments[2] == "" {
		return "", "", false
	}
	name, err := url.PathUnescape(segments[2])
	if err != nil {
		return "", "", false
	}
	switch op := operation(segments[3]); op {
	case converse, converseStream, countTokens, invoke, invokeStream:
		return op, name, true
	}
	return "", "", false
}
