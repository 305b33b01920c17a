package chat

import (
	"regexp"
	"strings"

	"doormat/demo/chat/spelling"
)

// What an export writes where a photo, recording or file was. The words were
// collected from exports that people posted; they differ by language, phone and
// year. Where one is missing, the shape of the line often shows it, see attachment.

// omitted are the whole texts, in lower case, for a file not exported.
var omitted = set(
	// Android, any kind of file
	"<media omitted>", "<medien ausgeschlossen>", "<medien weggelassen>", "<multimedia omitido>",
	"<archivo omitido>", "<mídia oculta>", "<mídia omitida>", "<arquivo de mídia oculto>", "<ficheiro não revelado>",
	"<médias omis>", "<média omis>", "<fichier omis>", "<media omessi>", "<media omesso>", "<media weggelaten>",
	"<без медиафайлов>", "<medya dahil edilmedi>",
	// English
	"image omitted", "video omitted", "video note omitted", "audio omitted", "sticker omitted", "gif omitted",
	"document omitted", "contact card omitted",
	// German
	"bild weggelassen", "video weggelassen", "videonachricht weggelassen", "audio weggelassen", "sticker weggelassen",
	"gif weggelassen", "gif ausgeschlossen", "dokument weggelassen", "kontaktkarte weggelassen", "kontaktkarte ausgelassen",
	// Spanish
	"imagen omitida", "video omitido", "audio omitido", "sticker omitido", "gif omitido", "gif omitida",
	"documento omitido", "tarjeta de contacto omitida",
	// Portuguese
	"imagem ocultada", "imagem oculta", "imagem não revelada", "vídeo omitido", "vídeo oculto", "vídeo não revelado",
	"áudio ocultado", "áudio oculto", "ficheiro de áudio não revelado", "figurinha omitida", "sticker não revelado",
	"gif não revelada", "documento não revelado", "cartão do contato omitido", "contacto não revelado",
	// French
	"image absente", "image omise", "vidéo absente", "vidéo omise", "audio omis", "sticker omis", "autocollant omis",
	"gif retiré", "gif omise", "document manquant", "document omis", "fiche contact manquante", "carte de contact omise",
	// Italian
	"immagine omessa", "video omesso", "audio omesso", "sticker non incluso", "sticker omesso", "gif esclusa", "gif omessa",
	"documento omesso", "scheda contatto omessa",
)

// attachedAfter end a text that begins with the file's name (Android).
var attachedAfter = []string{
	"(file attached)", "(datei angehängt)", "(archivo adjunto)", "(arquivo anexado)", "(ficheiro anexado)",
	"(fichier joint)", "(file allegato)", "(bestand bijgevoegd)", "(файл добавлен)", "(dosya ekli)",
}

// attachedBefore stand in "<attached: name>" (iOS).
var attachedBefore = set(
	"attached", "attachment", "angehängt", "anhang", "adjunto", "archivo adjunto", "anexado", "anexo",
	"pièce jointe", "fichier joint", "allegato", "bijgevoegd", "прикреплено",
)

var (
	// waName is what WhatsApp calls a file: IMG-20231114-WA0001.jpg on Android,
	// 00000002-PHOTO-2023-11-14-21-00-10.jpg on iPhones.
	waName = regexp.MustCompile(`^(?:[A-Z]{3}-\d{8}-WA\d{4,}|\d{8}-[A-Z]+-\d{4}(?:-\d{2}){5})\.\w{2,5}$`)
	// taggedFile is "<attached: name>" in any language.
	taggedFile = regexp.MustCompile(`<([^<>:]{2,30}): ?([^<>]+)>`)
	fileEnd    = regexp.MustCompile(`^[^/\\].*\.\w{1,5}$`)
	// allTagged is a whole text such as "<Media omitted>" in any language: two words, or
	// one that is not in Latin letters.
	allTagged = regexp.MustCompile(`^[<＜](?:[^<>＜＞:/]*\pL[^<>＜＞:/]* [^<>＜＞:/]*\pL[^<>＜＞:/]*|` +
		`[^<>＜＞:/\x00-\x{24f} ]{3,})[>＞]$`)
	// lastTag is the mark of an edit, in any language, behind something else.
	lastTag = regexp.MustCompile(`(\S)\s+\x{200e}?<[^<>:]*>\s*$`)
)

// attachment looks at the first line of a text: does it stand for a file, and which
// does it name? It does if a language's words say so, if it is of a shape that only
// the app writes, if U+200E stands before the line (iPhones), or if it begins with the
// name of a file in the archive.
func (r *reader) attachment(e *entry) (name string, is bool) {
	line, more, _ := strings.Cut(e.text, "\n")
	line = lastTag.ReplaceAllString(line, "$1")
	if name, is = attachment(line); is {
		return name, true
	}
	whole := strings.TrimSpace(spelling.Clean(line))
	if name, is = r.inArchive(whole); is {
		return name, true
	}
	if r.layout == dash {
		return "", whole == "null" && more == "" || allTagged.MatchString(whole) && strings.TrimSpace(more) == ""
	}
	told := noticeOf(&entry{text: e.text}, &Message{From: e.name}) == ownNamed
	return "", e.marked && strings.HasPrefix(e.text, "\u200e") && !told
}

// inArchive reports whether a line is the name of a file in the archive, or begins with
// one that a remark in parentheses follows.
func (r *reader) inArchive(line string) (name string, is bool) {
	const longest = 300
	if len(line) > longest || strings.Contains(line, "://") {
		return "", false
	}
	for end := len(line); end > 0; end = strings.LastIndex(line[:end], " (") {
		if name = strings.TrimSpace(line[:end]); fileEnd.MatchString(name) && r.holds(name) {
			return name, true
		}
	}
	return "", false
}

// attachment knows words and shapes. On an iPhone the words may follow a caption or a
// document's name, with a mark between them.
func attachment(line string) (name string, is bool) {
	last := line
	if i := strings.LastIndexFunc(strings.TrimRightFunc(line, spelling.IsMark), spelling.IsMark); i >= 0 {
		last = line[i:]
	}
	whole := strings.TrimSpace(spelling.Clean(line))
	for _, text := range []string{strings.TrimSpace(spelling.Clean(last)), whole} {
		if omitted[strings.ToLower(text)] {
			return "", true
		}
		for _, end := range attachedAfter {
			if i := len(text) - len(end) - 1; i > 0 && strings.EqualFold(text[i:], " "+end) {
				return strings.TrimSpace(text[:i]), true
			}
		}
	}
	if name, remark, found := strings.Cut(whole, " ("); waName.MatchString(name) && (!found || strings.HasSuffix(remark, ")")) {
		return name, true
	}
	return tagged(line, whole)
}

// tagged finds "<attached: name>": as the whole line, or behind a mark.
func tagged(line, whole string) (name string, is bool) {
	if m := taggedFile.FindStringSubmatch(whole); m != nil && m[0] == whole && isTag(m) {
		return strings.TrimSpace(m[2]), true
	}
	word, _, found := strings.Cut(strings.TrimPrefix(whole, "<"), ":")
	if found && attachedBefore[strings.ToLower(strings.TrimSpace(word))] && strings.HasPrefix(whole, "<") && strings.HasSuffix(whole, ">") {
		return "", true
	}
	at := strings.IndexFunc(line, spelling.IsMark)
	if at < 0 {
		return "", false
	}
	for _, m := range taggedFile.FindAllStringSubmatch(spelling.Clean(line[at:]), -1) {
		if isTag(m) {
			return strings.TrimSpace(m[2]), true
		}
	}
	return "", false
}

// isTag reports whether a match of taggedFile is of a known word, or names something
// that ends like a file's name.
func isTag(m []string) bool {
	return attachedBefore[strings.ToLower(strings.TrimSpace(m[1]))] || fileEnd.MatchString(strings.TrimSpace(m[2]))
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
