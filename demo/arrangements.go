package demo

import (
	"doormat/e2ee"
	"doormat/e2ee/backup"
	"doormat/e2ee/cloud"
	"doormat/e2ee/ghost"
	"doormat/e2ee/transparency"
	"doormat/escrow/threshold"
	"doormat/world"
)

// arrangements are the columns of the matrix, in the order in which results show them. A
// design stands here in each form that its own side would sign, and in those that others
// hold against it.
var arrangements = []world.Arrangement{
	{
		Design: e2ee.Design{},
		ID:     "e2ee",
		Name:   "End-to-end encryption",
		Slogan: "Keys on phones only",
		Doc: "As it is deployed as to mail: the provider erases a message when it has been " +
			"delivered. The log of keys that some messengers have is in e2ee-transparent.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered},
	},
	{
		Design: e2ee.Design{},
		ID:     "e2ee-kept",
		Name:   "End-to-end, mail kept",
		Slogan: "Keys on phones, mail kept",
		Doc: "The same, but the provider keeps every envelope, as a law on retention would ask " +
			"of it, or as a provider does that lets new phones load old mail.",
		Fixed: map[string]string{"mailbox": world.MailboxAll},
	},
	{
		Design: e2ee.Design{},
		ID:     "e2ee-unverified",
		Name:   "End-to-end, nobody compares",
		Slogan: "Keys that nobody compares",
		Doc: "The same as e2ee, among users of whom nobody compares safety numbers: who swaps " +
			"keys before two phones meet is not found out.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered, "compare": world.CompareNone},
	},
	{
		Design: transparency.Design{},
		ID:     "e2ee-transparent",
		Name:   "End-to-end, keys in a public log",
		Slogan: "Keys listed in public",
		Doc:    "The provider erases a message when it has been delivered.",
		Fixed:  map[string]string{"mailbox": world.MailboxDelivered},
	},
	{
		Design: ghost.Design{},
		ID:     "ghost-provider",
		Name:   "Silent device, the provider checks",
		Slogan: "+ a ghost, by the provider",
		Doc: "Clients believe the provider, which checks that a court and a minister have " +
			"signed. It erases a message when it has been delivered.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered,
			ghost.SignOffs: ghost.ByProvider},
	},
	{
		Design: ghost.Design{},
		ID:     "ghost-client",
		Name:   "Silent device, the client checks",
		Slogan: "+ a ghost, by the phones",
		Doc: "Each client verifies the signatures of court and minister before it makes a copy. " +
			"The provider erases a message when it has been delivered.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered, ghost.SignOffs: ghost.ByClient},
	},
	{
		Design: backup.ByProvider{},
		ID:     "backup-provider",
		Name:   "Backup, key with provider",
		Slogan: "+ backup, provider’s key",
		Doc: "Phones back up what they keep, sealed, to a backup store, and the provider has the " +
			"key: what most people have, for a new phone has everything again. The provider " +
			"erases a message when it has been delivered.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered},
	},
	{
		Design: backup.ByUser{},
		ID:     "backup-user",
		Name:   "Backup, key for a PIN",
		Slogan: "+ backup, behind a PIN",
		Doc: "The same, but a vault of n servers releases the key for a PIN of four digits, any " +
			"t of them together. Each counts guesses.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered},
	},
	{
		Design: threshold.Design{},
		ID:     "threshold",
		Name:   "Threshold escrow",
		Slogan: "+ a spare key, split into {n}",
		Doc: "The provider keeps every envelope, unless the setting mailbox says otherwise: " +
			"orders about the past, and thieves, find them there.",
	},
	{
		Design: threshold.Design{},
		ID:     "threshold-delivered",
		Name:   "Threshold escrow, mail erased",
		Slogan: "+ spare key, mail erased",
		Doc: "The same committee, but the provider erases a message when it has been delivered. " +
			"An order about the past finds no envelopes there: only what was tapped, or is still " +
			"to come, can be opened.",
		Fixed: map[string]string{"mailbox": world.MailboxDelivered},
	},
	{
		Design: cloud.Design{},
		ID:     "cloud",
		Name:   "Cloud chats",
		Slogan: "Keys with the provider",
		Doc: "The storage key lies beside the messages that it protects, and the provider keeps " +
			"every message, so that new phones can load old mail.",
		Fixed: map[string]string{"mailbox": world.MailboxAll, cloud.Keys: cloud.Beside},
	},
	{
		Design: cloud.Design{},
		ID:     "cloud-apart",
		Name:   "Cloud chats, key apart",
		Slogan: "Keys in a separate store",
		Doc: "The same, but the storage key lies in a key store that gives the provider the key " +
			"of one message at a time: a thief has to rob both.",
		Fixed: map[string]string{"mailbox": world.MailboxAll, cloud.Keys: cloud.Apart},
	},
	{
		Design: threshold.Hardened{},
		ID:     "threshold-hardened",
		Name:   "Threshold escrow, hardened",
		Slogan: "+ spare key, in {n} vaults",
		Doc: "Shares are renewed every twenty messages and the key every forty; the provider keeps " +
			"every envelope, unless the setting mailbox says otherwise.",
		Fixed: map[string]string{"refresh": "20", "rotate": "40"},
	},
}

// Story is the pair of columns that the story is about, and that is shown where nobody
// asks for others.
var Story = []string{"e2ee", "threshold"}

// Strongest is the story's pair beside the strongest form of each, with which the story closes.
var Strongest = []string{"e2ee", "e2ee-transparent", "threshold", "threshold-hardened"}

// AllDesigns is what stands for every column where ids are given.
const AllDesigns = "all"
