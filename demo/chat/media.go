package chat

import "strings"

// What an export writes where a photo, recording or file was. The words were
// collected from exports that people posted; they differ by language, phone and
// year, and a missing one costs only the count of attachments: the text stays.

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

// attachment looks at the first line of a text: does it stand for a file, and
// which does it name? On iOS the words may follow a caption or a document's name,
// with a mark between them.
func attachment(text string) (name string, is bool) {
	line, _, _ := strings.Cut(text, "\n")
	if i := strings.LastIndexFunc(line, isMark); i >= 0 {
		line = line[i:]
	}
	line = strings.TrimSpace(clean(line))
	if omitted[strings.ToLower(line)] {
		return "", true
	}
	for _, end := range attachedAfter {
		if i := len(line) - len(end) - 1; i > 0 && strings.EqualFold(line[i:], " "+end) {
			return strings.TrimSpace(line[:i]), true
		}
	}
	if !strings.HasPrefix(line, "<") || !strings.HasSuffix(line, ">") {
		return "", false
	}
	word, name, found := strings.Cut(line[1:len(line)-1], ":")
	if !found || !attachedBefore[strings.ToLower(strings.TrimSpace(word))] {
		return "", false
	}
	return strings.TrimSpace(name), true
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
