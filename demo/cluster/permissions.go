package cluster

// What a worker's credentials have to allow, and should allow no more of: docs/scale.md has the
// configuration of a server made of them, and a test compares.
var (
	WorkerPublishes = []string{
		"$JS.API.CONSUMER.INFO.*." + queue, "$JS.API.CONSUMER.INFO.*." + solitary,
		"$JS.API.CONSUMER.MSG.NEXT.*." + queue, "$JS.API.CONSUMER.MSG.NEXT.*." + solitary,
		"$JS.API.DIRECT.GET.*.doormat.*.input.*", "$JS.ACK.>",
		"doormat.*.result.*", helloSubject,
	}
	WorkerSubscribes = []string{"_INBOX.>", runsSubject}
)
