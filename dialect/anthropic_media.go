package dialect

import (
	"slices"

	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// source is where an image or a document comes from.
type source struct {
	form, media, data string
	content           gjson.Result
}

func readSource(v gjson.Result, forms ...string) (s source, err error) {
	if v.Type == gjson.Null {
		return s, wrong("", "is missing")
	}
	err = members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			s.form, err = str(v)
		case "media_type":
			s.media, err = str(v)
		case "data":
			s.data, err = str(v)
		case "content":
			s.content = v
		default:
			err = errIgnored
		}
		return err
	})
	switch {
	case err != nil:
	case s.form == "url":
		err = wrong("type", "must not be url: nothing is fetched from elsewhere; send the content")
	case s.form == "file":
		err = wrong("type", "must not be file: there is no store of files; send the content")
	case !slices.Contains(forms, s.form):
		err = wrong("type", "is not supported")
	}
	return s, err
}

func (m *messages) image(p *part) (b bedrock.Block, err error) {
	s, err := readSource(p.source, "base64")
	if err == nil {
		b, err = image(s.media, s.data)
	}
	return b, under(err, "source")
}

func (m *messages) document(p *part) (b bedrock.Block, err error) {
	s, err := readSource(p.source, "base64", "text", "content")
	if err != nil {
		return b, under(err, "source")
	}
	m.state.titles = append(m.state.titles, p.title)
	var more []byte
	if !blank(p.context) {
		more = appendString(append(more, `,"context":`...), p.context)
	}
	more = appendCitations(more, p.cited)
	switch s.form {
	case "text":
		return m.docs.textDocument(p.title, s.data, more), nil
	case "content":
		chunks, err := m.chunks(s.content)
		return m.docs.add("txt", p.title, []byte(`{"content":`+string(chunks)+`}`), more), under(err, "source.content")
	}
	b, err = m.docs.base64Document(s.media, p.title, s.data, more)
	return b, under(err, "source")
}

// chunks writes texts that the client has cut up itself.
func (m *messages) chunks(v gjson.Result) ([]byte, error) {
	blocks, err := m.content(v, "document")
	dst := []byte{'['}
	for _, b := range blocks {
		if b.Kind == bedrock.Text && !blank(b.Text) {
			dst = append(appendField(append(separate(dst), '{'), "text", b.Text), '}')
		}
	}
	return append(dst, ']'), err
}

func appendCitations(dst []byte, enabled bool) []byte {
	if enabled {
		dst = append(dst, `,"citations":{"enabled":true}`...)
	}
	return dst
}

func (m *messages) searchResult(p *part) (bedrock.Block, error) {
	b := bedrock.Block{Kind: "searchResult"}
	source, err := str(p.source)
	if err != nil {
		return b, under(err, "source")
	}
	chunks, err := m.chunks(p.content)
	if err != nil {
		return b, under(err, "content")
	}
	dst := appendField([]byte{'{'}, "source", source)
	dst = appendField(dst, "title", p.title)
	dst = append(appendKey(dst, "content"), chunks...)
	b.Raw = append(appendCitations(dst, p.cited), '}')
	return b, nil
}
