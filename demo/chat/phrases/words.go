package phrases

import "regexp"

// omitted are the whole texts, in lower case, for a file not exported.
var omitted = set(
	// Android, any kind of file
	"<media omitted>", "<medien ausgeschlossen>", "<medien weggelassen>", "<multimedia omitido>",
	"<archivo omitido>", "<mídia oculta>", "<mídia omitida>", "<arquivo de mídia oculto>",
	"<ficheiro não revelado>",
	"<médias omis>", "<média omis>", "<fichier omis>", "<media omessi>", "<media omesso>",
	"<media weggelaten>",
	"<без медиафайлов>", "<medya dahil edilmedi>",
	// English
	"image omitted", "video omitted", "video note omitted", "audio omitted",
	"sticker omitted", "gif omitted",
	"document omitted", "contact card omitted",
	// German
	"bild weggelassen", "video weggelassen", "videonachricht weggelassen", "audio weggelassen",
	"sticker weggelassen",
	"gif weggelassen", "gif ausgeschlossen", "dokument weggelassen", "kontaktkarte weggelassen",
	"kontaktkarte ausgelassen",
	// Spanish
	"imagen omitida", "video omitido", "audio omitido", "sticker omitido",
	"gif omitido", "gif omitida",
	"documento omitido", "tarjeta de contacto omitida",
	// Portuguese
	"imagem ocultada", "imagem oculta", "imagem não revelada", "vídeo omitido", "vídeo oculto",
	"vídeo não revelado",
	"áudio ocultado", "áudio oculto", "ficheiro de áudio não revelado", "figurinha omitida",
	"sticker não revelado",
	"gif não revelada", "documento não revelado", "cartão do contato omitido",
	"contacto não revelado",
	// French
	"image absente", "image omise", "vidéo absente", "vidéo omise", "audio omis", "sticker omis",
	"autocollant omis",
	"gif retiré", "gif omise", "document manquant", "document omis", "fiche contact manquante",
	"carte de contact omise",
	// Italian
	"immagine omessa", "video omesso", "audio omesso", "sticker non incluso", "sticker omesso",
	"gif esclusa", "gif omessa",
	"documento omesso", "scheda contatto omessa",
)

// attachedAfter end a text that begins with the file's name (Android).
var attachedAfter = []string{
	"(file attached)", "(datei angehängt)", "(archivo adjunto)", "(arquivo anexado)",
	"(ficheiro anexado)",
	"(fichier joint)", "(file allegato)", "(bestand bijgevoegd)", "(файл добавлен)", "(dosya ekli)",
}

// attachedBefore stand in "<attached: name>" (iOS).
var attachedBefore = set(
	"attached", "attachment", "angehängt", "anhang", "adjunto", "archivo adjunto",
	"anexado", "anexo",
	"pièce jointe", "fichier joint", "allegato", "bijgevoegd", "прикреплено",
)

var (
	// waName is what WhatsApp calls a file: IMG-20231114-WA0001.jpg on Android,
	// 00000002-PHOTO-2023-11-14-21-00-10.jpg on iPhones.
	waName = regexp.MustCompile(
		`^(?:[A-Z]{3}-\d{8}-WA\d{4,}|\d{8}-[A-Z]+-\d{4}(?:-\d{2}){5})\.\w{2,5}$`)
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

// encrypted is what WhatsApp says at the beginning of each chat, in many languages.
var encrypted = regexp.MustCompile(
	`(?i)end-to-end|ende-zu-ende|végpontok köz|άκρο σε άκρο|наскрізн|от край до край|kraja na kraj|` +
		`एंड-टू-एंड|এন্ড-টু-এন্ড|سرتاسر|hujung ke hujung|päästä päähän|täysin salat|criptate integral|koncov|` +
		`cifrad[oa]s de extremo a extremo|(?:criptografad|encriptad)[oa]s (?:de )?ponta a ponta|chiffrés de bout en bout|` +
		`сквозным шифрованием|uçtan uca şifreli|מקצה לקצה|بين الطرفين|端到端加密|端對端加密|` +
		`エンドツーエンド|종단 ?간 암호화|ต้นทางถึงปลายทาง|mã hóa đầu cuối|enkripsi ujung-ke-ujung`)

// deleted are the texts that stand for a deleted message, in lower case and without the
// last stop.
var deleted = set(
	"this message was deleted", "you deleted this message",
	"diese nachricht wurde gelöscht", "du hast diese nachricht gelöscht",
	"se eliminó este mensaje", "eliminaste este mensaje",
	"mensagem apagada", "esta mensagem foi apagada", "você apagou esta mensagem",
	"ce message a été supprimé", "vous avez supprimé ce message",
	"questo messaggio è stato eliminato", "hai eliminato questo messaggio",
	"dit bericht is verwijderd", "u hebt dit bericht verwijderd", "сообщение удалено",
	"вы удалили данное сообщение",
	"bu mesaj silindi", "bu mesajı sildiniz", "הודעה זו נמחקה", "تم حذف هذه الرسالة",
	"このメッセージは削除されました", "此訊息已刪除", "此消息已删除",
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
