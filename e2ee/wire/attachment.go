package wire

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/e2ee/ratchet"
	"doormat/world"
)

// ChunkSize is how many bytes of a file are sealed at a time; the last chunk may
// be shorter, and a file of no bytes is one empty chunk.
const ChunkSize = 64 << 10

// A Chunk is a sealed piece of an attachment on its way to or from the provider.
// A request for it has no Data, and neither has the answer if there is none.
type Chunk struct {
	Message string
	File    int // from 0
	Number  int // from 0
	Data    []byte
}

// Encode gives the bytes of a KindPut, KindGet or KindBlob packet.
func (c *Chunk) Encode(kind byte) []byte {
	return world.Pack(kind, []byte(c.Message), world.Int(int64(c.File)),
		world.Int(int64(c.Number)), c.Data)
}

// ParseChunk decodes [Chunk.Encode] of one kind.
func ParseChunk(data []byte, kind byte) (*Chunk, error) {
	f, err := world.Unpack(data, kind, 4)
	if err != nil {
		return nil, fmt.Errorf("chunk: %w", err)
	}
	file, err1 := world.ParseInt(f[1])
	number, err2 := world.ParseInt(f[2])
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("chunk: %w", err)
	}
	if file < 0 || file >= MaxFiles || number < 0 || number >= int64(chunks(MaxFileSize)) ||
		len(f[3]) > ChunkSize+chacha20poly1305.Overhead {
		return nil, fmt.Errorf("chunk %d of file %d, %d bytes: beyond the limits", number,
			file, len(f[3]))
	}
	return &Chunk{string(f[0]), int(file), int(number), f[3]}, nil
}

// Ref is the Ref of facts about the chunk's file.
func (c *Chunk) Ref() string { return world.FileRef(c.Message, c.File) }

// Fact states a chunk as the blob store keeps it.
func (c *Chunk) Fact() world.Fact {
	return world.Fact{Kind: SealedChunk, Ref: c.Ref(), Data: c.Encode(KindPut)}
}

// chunks is the number of chunks of a file of size bytes.
func chunks(size int) int { return max(1, (size+ChunkSize-1)/ChunkSize) }

// SealFile seals a file under a key of its own. The nonce of a chunk is its number
// and whether it is the last (STREAM: Hoang, Reyhanitabar, Rogaway and Vizár,
// "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO
// 2015), so that chunks that are cut off, swapped or repeated do not open.
func SealFile(random io.Reader, file world.Attachment) (Pointer, [][]byte, error) {
	p := Pointer{Name: file.Name, Size: len(file.Data)}
	if len(file.Data) > MaxFileSize {
		return p, nil, fmt.Errorf("the file %q is too large: at most %d MiB", file.Name,
			MaxFileSize>>20)
	}
	if _, err := io.ReadFull(random, p.Key[:]); err != nil {
		return p, nil, err
	}
	aead, err := fileCipher(p.Key)
	if err != nil {
		return p, nil, err
	}
	sealed := make([][]byte, chunks(p.Size))
	for i := range sealed {
		piece := file.Data[i*ChunkSize : min((i+1)*ChunkSize, p.Size)]
		sealed[i] = aead.Seal(nil, chunkNonce(i, len(sealed)), piece, nil)
		p.Hashes = append(p.Hashes, sha256.Sum256(sealed[i]))
	}
	return p, sealed, nil
}

func fileCipher(key ratchet.Key) (cipher.AEAD, error) { return chacha20poly1305.New(key[:]) }

func chunkNonce(i, of int) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint32(nonce[7:], uint32(i))
	if i == of-1 {
		nonce[11] = 1
	}
	return nonce
}

// Means reports whether the author sealed a chunk as number i, from 0.
func (p *Pointer) Means(i int, sealed []byte) bool {
	return i < len(p.Hashes) && p.Hashes[i] == sha256.Sum256(sealed)
}

// OpenFile opens what [SealFile] sealed, and refuses any other chunks.
func (p *Pointer) OpenFile(sealed [][]byte) ([]byte, error) {
	if len(sealed) != chunks(p.Size) {
		return nil, fmt.Errorf("%d chunks, want %d", len(sealed), chunks(p.Size))
	}
	aead, err := fileCipher(p.Key)
	if err != nil {
		return nil, err
	}
	data := make([]byte, 0, p.Size)
	for i, c := range sealed {
		if !p.Means(i, c) {
			return nil, fmt.Errorf("chunk %d is not what was sealed", i+1)
		}
		if data, err = aead.Open(data, chunkNonce(i, len(sealed)), c, nil); err != nil {
			return nil, fmt.Errorf("chunk %d is not sealed under its key", i+1)
		}
	}
	if len(data) != p.Size {
		return nil, fmt.Errorf("%d bytes, want %d", len(data), p.Size)
	}
	return data, nil
}
