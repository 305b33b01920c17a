package escrow

import "doormat/world/publiclog"

// The public log of orders is that of package publiclog. Its names stand here for the designs
// that were written before it had a package of its own.
type (
	Log         = publiclog.Log
	Witness     = publiclog.Witness
	Monitor     = publiclog.Monitor
	Gossip      = publiclog.Gossip
	Update      = publiclog.Update
	BoardRecord = publiclog.BoardRecord
)

// Kinds of packets and facts.
const (
	KindCosign    = publiclog.KindCosign
	KindCosigned  = publiclog.KindCosigned
	KindPost      = publiclog.KindPost
	KindUpdate    = publiclog.KindUpdate
	KindReadBoard = publiclog.KindReadBoard
	KindSeen      = publiclog.KindSeen
	KindForked    = publiclog.KindForked
	KindProve     = publiclog.KindProve
	KindProof     = publiclog.KindProof

	LogState     = publiclog.LogState
	WitnessState = publiclog.WitnessState
)

// Functions, and an error.
var (
	NewLog           = publiclog.NewLog
	NewWitness       = publiclog.NewWitness
	NewMonitor       = publiclog.NewMonitor
	NewGossip        = publiclog.NewGossip
	ParseUpdate      = publiclog.ParseUpdate
	ParseBoardRecord = publiclog.ParseBoardRecord
	Proof            = publiclog.Proof
	VerifyOrder      = publiclog.VerifyOrder
	ErrGap           = publiclog.ErrGap
)
