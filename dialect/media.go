package dialect

import (
	"mime"
	"path"
	"strconv"
	"strings"

	"ockham/bedrock"
)

// imageFormats and documentFormats map media types to Converse's names of formats.
var (
	imageFormats = map[string]string{
		"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp",
	}
	documentFormats = map[string]string{
		"application/pdf": "pdf", "text/csv": "csv", "text/html": "html", "text/plain": "txt", "text/markdown": "md",
		"application/msword":       "doc",
		"application/vnd.ms-excel": "xls",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "xlsx",
	}
	documentExtensions = map[string]string{
		".pdf": "pdf", ".csv": "csv", ".html": "html", ".htm": "html", ".txt": "txt", ".md": "md",
		".doc": "doc", ".xls": "xls", ".docx": "docx", ".xlsx": "xlsx",
	}
)

// dataURL splits data:TYPE;base64,DATA. Other URLs are refused: to fetch what a client names would let
// it reach into this network.
func dataURL(url string) (media, data string, err error) {
	rest, ok := cutPrefixFold(url, "data:")
	if !ok {
		return "", "", wrong("", "must be a data: URL with base64 content: nothing is fetched from elsewhere")
	}
	head, data, ok := strings.Cut(rest, ",")
	head, is64 := cutSuffixFold(head, ";base64")
	if !ok || !is64 || len(head) > 200 {
		return "", "", wrong("", "must have the form data:TYPE;base64,DATA")
	}
	media, _, err = mime.ParseMediaType(head)
	if err != nil {
		media = ""
	}
	return media, data, nil
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || !strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}

// image makes an image block of a media type and base64 data.
func image(media, data string) (bedrock.Block, error) {
	format, ok := imageFormats[strings.ToLower(media)]
	if !ok {
		return bedrock.Block{}, wrong("", "must be a PNG, JPEG, GIF or WebP image")
	}
	data, err := plainBase64(data)
	if err != nil {
		return bedrock.Block{}, err
	}
	b := make([]byte, 0, len(data)+48)
	b = appendField(append(b, '{'), "format", format)
	b = appendBytes(b, data)
	return bedrock.Block{Kind: bedrock.Image, Raw: append(b, '}')}, nil
}

// appendBytes writes a source of base64 data, which needs no escapes.
func appendBytes(dst []byte, data string) []byte {
	dst = append(appendKey(dst, "source"), `{"bytes":"`...)
	dst = append(dst, data...)
	return append(dst, '"', '}')
}

// plainBase64 removes the white space that some clients break lines with, and checks the rest.
func plainBase64(s string) (string, error) {
	if strings.ContainsAny(s, " \t\r\n") {
		s = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(s)
	}
	end := strings.TrimRight(s, "=")
	ok := len(end) > 0 && len(s)%4 == 0 && len(s)-len(end) <= 2
	for i := 0; ok && i < len(end); i++ {
		ok = base64Byte(end[i])
	}
	if !ok {
		return "", wrong("", "must be base64 data")
	}
	return s, nil
}

func base64Byte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// documents names the documents of one request: Bedrock wants names of few characters, no two alike.
type documents struct{ taken map[string]bool }

// add makes a document block. source is the member of Converse's union, such as {"bytes":"..."}.
func (d *documents) add(format, name string, source []byte, more ...[]byte) bedrock.Block {
	b := make([]byte, 0, len(source)+160)
	b = appendField(append(b, '{'), "format", format)
	b = appendField(b, "name", d.name(name))
	b = append(appendKey(b, "source"), source...)
	for _, m := range more {
		b = append(b, m...)
	}
	return bedrock.Block{Kind: bedrock.Document, Raw: append(b, '}')}
}

func (d *documents) name(want string) string {
	name := documentName(want)
	if d.taken == nil {
		d.taken = map[string]bool{}
	}
	next := name
	if d.taken[next] {
		next = name[:min(len(name), 160)] + " " + strconv.Itoa(len(d.taken)+1)
	}
	for d.taken[next] {
		next = name[:min(len(name), 160)] + " " + digest(next)
	}
	d.taken[next] = true
	return next
}

// documentName keeps what Bedrock allows: letters, digits, hyphens, brackets and single spaces.
func documentName(s string) string {
	b := make([]byte, 0, min(len(s), 200))
	for i := 0; i < len(s) && len(b) < 200; i++ {
		c := s[i]
		switch {
		case c == '_' || !tokenByte(c, "()[]"):
			if n := len(b); n > 0 && b[n-1] != ' ' {
				b = append(b, ' ')
			}
		default:
			b = append(b, c)
		}
	}
	if name := strings.TrimSpace(string(b)); name != "" {
		return name
	}
	return "document"
}

// documentFormat tells a document's format by its media type, else by its file name.
func documentFormat(media, file string) (string, bool) {
	if f, ok := documentFormats[strings.ToLower(media)]; ok {
		return f, true
	}
	f, ok := documentExtensions[strings.ToLower(path.Ext(file))]
	return f, ok
}

// base64Document makes a document block of base64 data.
func (d *documents) base64Document(media, file, data string, more ...[]byte) (bedrock.Block, error) {
	format, ok := documentFormat(media, file)
	if !ok {
		return bedrock.Block{}, wrong("", "must be a document of one of the types pdf, csv, doc, docx, xls, xlsx, html, txt, md")
	}
	data, err := plainBase64(data)
	if err != nil {
		return bedrock.Block{}, err
	}
	name := file
	if ext := path.Ext(file); documentExtensions[strings.ToLower(ext)] != "" {
		name = strings.TrimSuffix(file, ext)
	}
	return d.add(format, name, []byte(`{"bytes":"`+data+`"}`), more...), nil
}

// textDocument makes a document of plain text.
func (d *documents) textDocument(name, text string, more ...[]byte) bedrock.Block {
	source := append(appendField([]byte{'{'}, "text", text), '}')
	return d.add("txt", name, source, more...)
}
