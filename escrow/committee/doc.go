// Package committee says who the trustees are and which keys live, according to the public log.
//
// A committee's ceremonies (package ceremony) are held on the log: every post is a record of it,
// and a certificate ends each. What the records amount to is a [State]: keys, share epochs,
// identities, ceremonies that are open. It is a public function of the records and holds no
// secret, so everybody who reads the same log arrives at the same one. [Genesis] is where all of
// them begin: what ships with a client, and the log after the first ceremony, which is held in one
// go ([HoldFirst]).
//
// A principal reads the log through a [View], which believes records only if they make up a
// checkpoint that enough witnesses cosigned (package ledger; RFC 6962, section 2). A client keeps
// a [Keyring]: the newest key that the board shows, and the one before. A certificate that
// somebody offers makes no key acceptable. It says only that there is more to read, since t
// identities that ended long ago can still sign one (Canetti, Halevi and Herzberg, "Maintaining
// authenticated communication in the presence of break-ins", J. Cryptology 2000). An [Observer]
// tells the monitor who was convicted, and which ceremonies failed.
//
// The tests are in escrow/threshold, with trustees who hold ceremonies. TestOwnEyes shows that
// nobody learns what it was not shown, TestHostileUpdates and TestFalseBoards what moves nobody,
// TestKeptFromThePresent why offered certificates are not believed, and TestTrusteeAlone that a
// genesis can be read in another process.
package committee
