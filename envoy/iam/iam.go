// Package iam writes the AWS policy that Ockham needs, and no more.
package iam

import (
	"encoding/json"
	"slices"
	"strings"
)

// Model is one that may be called.
type Model struct {
	ID         string // as Bedrock is called: a model's id, an inference profile's id, or an ARN
	Foundation string // the foundation model behind it
	Geography  string // prefix of the inference profile; "" for a model by its own id
	Count      bool   // its tokens may be counted
}

// Need is all that Ockham is to be allowed.
type Need struct {
	Models     []Model
	Guardrails []string // ids or ARNs
	Regions    []string // in which Ockham calls Bedrock
	Account    string   // AWS account; any
	Bearer     bool     // an API key of Bedrock is used
}

type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// Policy writes the policy as JSON.
func Policy(n Need) ([]byte, error) {
	if n.Account == "" {
		n.Account = "*"
	}
	p := policy{Version: "2012-10-17"}
	p.add(n.direct())
	profiles := n.profiles()
	p.add(statement{Sid: "Profiles", Action: n.actions(), Resource: profiles})
	p.add(statement{
		Sid: "ModelsBehindProfiles", Action: n.actions(), Resource: n.behindProfiles(),
		// Only through the profiles above, which keep a prompt in its geography.
		Condition: map[string]map[string][]string{"ArnLike": {"bedrock:InferenceProfileArn": profiles}},
	})
	p.add(statement{Sid: "Guardrails", Action: []string{"bedrock:ApplyGuardrail"}, Resource: n.guardrails()})
	if n.Bearer {
		p.add(statement{Sid: "APIKey", Action: []string{"bedrock:CallWithBearerToken"}, Resource: []string{"*"}})
	}
	b, err := json.MarshalIndent(p, "", "  ")
	return append(b, '\n'), err
}

// add keeps a statement that is about something.
func (p *policy) add(s statement) {
	if len(s.Resource) == 0 {
		return
	}
	s.Effect = "Allow"
	p.Statement = append(p.Statement, s)
}

// actions: Converse and ConverseStream are allowed by the names of InvokeModel's.
func (n Need) actions() []string {
	actions := []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}
	if slices.ContainsFunc(n.Models, func(m Model) bool { return m.Count }) {
		actions = append(actions, "bedrock:CountTokens")
	}
	return actions
}

// direct is about models that are called by their own id.
func (n Need) direct() statement {
	s := statement{Sid: "Models", Action: n.actions()}
	for _, m := range n.Models {
		switch {
		case isProfile(m):
		case strings.HasPrefix(m.ID, "arn:"):
			s.Resource = append(s.Resource, m.ID)
		default:
			for _, r := range n.Regions {
				s.Resource = append(s.Resource, arn(r, r, "", "foundation-model/"+m.ID))
			}
		}
	}
	s.Resource = unique(s.Resource)
	return s
}

func isProfile(m Model) bool {
	return m.Geography != "" || strings.Contains(m.ID, "inference-profile/")
}

func (n Need) profiles() []string {
	var all []string
	for _, m := range n.Models {
		switch {
		case !isProfile(m):
		case strings.HasPrefix(m.ID, "arn:"):
			all = append(all, m.ID)
		default:
			for _, r := range n.Regions {
				all = append(all, arn(r, r, n.Account, "inference-profile/"+m.ID))
			}
		}
	}
	return unique(all)
}

// behindProfiles are the models in every region to which their profiles may turn.
func (n Need) behindProfiles() []string {
	var all []string
	for _, m := range n.Models {
		if isProfile(m) && m.Foundation != "" {
			all = append(all, arn(n.Regions[0], destinations(m.Geography), "", "foundation-model/"+m.Foundation))
		}
	}
	return unique(all)
}

func (n Need) guardrails() []string {
	var all []string
	for _, g := range n.Guardrails {
		if strings.HasPrefix(g, "arn:") {
			all = append(all, g)
			continue
		}
		for _, r := range n.Regions {
			all = append(all, arn(r, r, n.Account, "guardrail/"+g))
		}
	}
	return unique(all)
}

// destinations is a pattern of the regions of a geography.
func destinations(geography string) string {
	switch geography {
	case "us", "us-gov", "eu":
		return geography + "-*"
	case "apac":
		return "ap-*"
	case "au":
		return "ap-southeast-*"
	case "jp":
		return "ap-northeast-*"
	}
	return "*"
}

// arn writes a resource of Bedrock; home tells the partition.
func arn(home, region, account, resource string) string {
	partition := "aws"
	switch {
	case strings.HasPrefix(home, "us-gov-"):
		partition = "aws-us-gov"
	case strings.HasPrefix(home, "cn-"):
		partition = "aws-cn"
	}
	return "arn:" + partition + ":bedrock:" + region + ":" + account + ":" + resource
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
