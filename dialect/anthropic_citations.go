package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// appendCited writes Converse's citationsContent as a text with its citations.
func (st *anthropicState) appendCited(dst []byte, b *bedrock.Block) []byte {
	dst = append(dst, `{"type":"text"`...)
	dst = appendField(dst, "text", b.Text)
	dst = append(appendKey(dst, "citations"), '[')
	gjson.GetBytes(b.Raw, "citations").ForEach(func(_, c gjson.Result) bool {
		dst = st.appendCitation(separate(dst), c)
		return true
	})
	return append(dst, ']', '}')
}

// appendCitation writes one citation. Both sides count documents, characters, pages and chunks alike.
func (st *anthropicState) appendCitation(dst []byte, c gjson.Result) []byte {
	var cited []byte
	c.Get("sourceContent").ForEach(func(_, part gjson.Result) bool {
		cited = append(cited, part.Get("text").String()...)
		return true
	})
	dst = append(dst, '{')
	dst = appendField(dst, "cited_text", string(cited))
	c.Get("location").ForEach(func(k, at gjson.Result) bool {
		switch k.Str {
		case "documentChar":
			dst = st.appendPlace(dst, at, "char_location", "start_char_index", "end_char_index")
		case "documentPage":
			dst = st.appendPlace(dst, at, "page_location", "start_page_number", "end_page_number")
		case "documentChunk":
			dst = st.appendPlace(dst, at, "content_block_location", "start_block_index", "end_block_index")
		case "searchResultLocation":
			dst = appendSearchPlace(dst, c, at)
		}
		return false
	})
	return append(dst, '}')
}

func (st *anthropicState) appendPlace(dst []byte, at gjson.Result, form, start, end string) []byte {
	n := at.Get("documentIndex").Int()
	dst = appendField(dst, "type", form)
	dst = appendInt(dst, "document_index", n)
	dst = appendKey(dst, "document_title")
	if n >= 0 && n < int64(len(st.titles)) && st.titles[n] != "" {
		dst = appendString(dst, st.titles[n])
	} else {
		dst = append(dst, "null"...)
	}
	dst = appendInt(dst, start, at.Get("start").Int())
	return appendInt(dst, end, at.Get("end").Int())
}

func appendSearchPlace(dst []byte, c, at gjson.Result) []byte {
	dst = appendField(dst, "type", "search_result_location")
	dst = appendField(dst, "source", c.Get("source").String())
	dst = appendField(dst, "title", c.Get("title").String())
	dst = appendInt(dst, "search_result_index", at.Get("searchResultIndex").Int())
	dst = appendInt(dst, "start_block_index", at.Get("start").Int())
	return appendInt(dst, "end_block_index", at.Get("end").Int())
}
