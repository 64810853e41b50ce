package doctor

import "strings"

// checkReplies looks at what Envoy makes of local replies, its own and Ockham's.
func checkReplies(r *report, s *setup, _ Options) {
	for _, m := range s.withFilter() {
		c := m.at("local_reply_config")
		if !c.exists() {
			if !m.partial {
				r.add("plain-replies", c, "there is no local_reply_config")
			}
			continue
		}
		checkMappers(r, c)
		c.walk(func(n node) {
			if strings.Contains(n.text(), "RESPONSE_CODE_DETAILS") || strings.Contains(n.text(), "CEL(response.code_details") {
				if _, isText := n.value.(string); isText {
					r.add("details-leak", n, "a body holds the response code details")
				}
			}
		})
	}
}

// checkMappers: the first mapper that fits is taken. Either one that fits Ockham's replies and changes
// nothing stands first, or every one that changes something leaves them out.
func checkMappers(r *report, c node) {
	for _, mapper := range c.at("mappers").list() {
		changes := mapper.at("body").exists() || mapper.at("body_format_override").exists() || mapper.at("status_code").exists()
		own, negated := mentionsOwn(mapper.at("filter"))
		switch {
		case own && !negated && !changes:
			return // Ockham's stop here
		case changes && !own:
			r.add("rewrites-replies", mapper, "a mapper does not leave Ockham's replies out")
			return
		}
	}
	if c.at("body_format").exists() {
		r.add("rewrites-replies", c.at("body_format"), "body_format applies to Ockham's replies too")
	}
}

// mentionsOwn looks for a CEL filter on details that begin with ockham_.
func mentionsOwn(filter node) (own, negated bool) {
	filter.walk(func(n node) {
		if e, ok := n.value.(string); ok && strings.Contains(e, "code_details") && strings.Contains(e, "ockham_") {
			own = true
			negated = strings.Contains(e, "!response.code_details") || strings.Contains(e, "!(")
		}
	})
	return own, negated
}
