package evidence_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/evidence"
)

func leaves(n int) []evidence.Digest {
	out := make([]evidence.Digest, n)
	for i := range out {
		out[i] = sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
	}
	return out
}

// reference is the root that another implementation gives.
func reference(t testing.TB, leaves []evidence.Digest) evidence.Digest {
	t.Helper()
	if len(leaves) == 0 {
		return evidence.Digest(rfc6962.DefaultHasher.EmptyRoot())
	}
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for i := range leaves {
		if err := r.Append(leaves[i][:], nil); err != nil {
			t.Fatal(err)
		}
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Digest(root)
}

// TestRootsAreThoseOfCertificateTransparency uses the inputs and roots that the
// logs of RFC 6962 are tested with.
func TestRootsAreThoseOfCertificateTransparency(t *testing.T) {
	inputs := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var tree evidence.Tree
	for i, want := range roots {
		if got := tree.Root().String(); got != want {
			t.Errorf("root of %d leaves = %s, want %s", i, got, want)
		}
		if i < len(inputs) {
			raw, err := hex.DecodeString(inputs[i])
			if err != nil {
				t.Fatal(err)
			}
			tree.Add(evidence.Digest(rfc6962.DefaultHasher.HashLeaf(raw)))
		}
	}
}

func TestRootAndBlocksAgreeWithAnotherImplementation(t *testing.T) {
	all := leaves(1100)
	var tree evidence.Tree
	for n := 0; ; n++ {
		want := reference(t, all[:n])
		if got := tree.Root(); got != want {
			t.Fatalf("Tree.Root of %d leaves = %v, want %v", n, got, want)
		}
		if got := evidence.Root(all[:n]); got != want {
			t.Fatalf("Root of %d leaves = %v, want %v", n, got, want)
		}
		if n == len(all) {
			break
		}
		tree.Add(all[n])
	}
}

func TestEveryLeafOfATreeIsProved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 1500).Draw(t, "size")
		index := rapid.IntRange(0, size-1).Draw(t, "index")
		all := leaves(size)
		var tree evidence.Tree
		for _, l := range all {
			tree.Add(l)
		}
		first := index - index%evidence.BlockLeaves
		block := all[first:min(first+evidence.BlockLeaves, size)]
		p, err := evidence.Prove(uint64(index), uint64(size), tree.Blocks(), block)
		if err != nil {
			t.Fatal(err)
		}
		if err := evidence.Verify(p, all[index], tree.Root()); err != nil {
			t.Errorf("Verify(leaf %d of %d): %v", index, size, err)
		}
		other := rapid.IntRange(0, size-1).Draw(t, "other")
		if other != index && evidence.Verify(p, all[other], tree.Root()) == nil {
			t.Errorf("the proof of leaf %d of %d proves leaf %d", index, size, other)
		}
		p.Index = uint64(other)
		if other != index && evidence.Verify(p, all[index], tree.Root()) == nil {
			t.Errorf("leaf %d of %d is proved to be leaf %d", index, size, other)
		}
	})
}

func TestAFlippedBitIsRefused(t *testing.T) {
	all := leaves(700)
	var tree evidence.Tree
	for _, l := range all {
		tree.Add(l)
	}
	p, err := evidence.Prove(300, 700, tree.Blocks(), all[256:512])
	if err != nil {
		t.Fatal(err)
	}
	flip := func(d *evidence.Digest, what string) {
		for bit := range 8 * len(d) {
			d[bit/8] ^= 1 << (bit % 8)
			if evidence.Verify(p, all[300], tree.Root()) == nil {
				t.Errorf("bit %d of %s is not proved", bit, what)
			}
			d[bit/8] ^= 1 << (bit % 8)
		}
	}
	for i := range p.Path {
		flip(&p.Path[i], "the path")
	}
	flip(&all[300], "the leaf")
	if err := evidence.Verify(p, all[300], tree.Root()); err != nil {
		t.Error(err)
	}
}

func TestProveRefusesWhatWasNotSealed(t *testing.T) {
	all := leaves(300)
	var tree evidence.Tree
	for _, l := range all {
		tree.Add(l)
	}
	changed := append([]evidence.Digest(nil), all[256:]...)
	changed[7][3] ^= 1
	for what, p := range map[string]func() error{
		"another leaf":      func() error { _, err := evidence.Prove(256, 300, tree.Blocks(), changed); return err },
		"a leaf too few":    func() error { _, err := evidence.Prove(256, 300, tree.Blocks(), all[256:299]); return err },
		"another block":     func() error { _, err := evidence.Prove(256, 300, tree.Blocks(), all[:256]); return err },
		"an index too high": func() error { _, err := evidence.Prove(300, 300, tree.Blocks(), all[256:]); return err },
		"a block too few":   func() error { _, err := evidence.Prove(0, 300, tree.Blocks()[:1], all[:256]); return err },
	} {
		if p() == nil {
			t.Errorf("Prove takes %s", what)
		}
	}
}

func TestLeavesFollowTheirFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret")
		b := evidence.NewBlinder(secret)
		for range 3 { // the state must not leak from one leaf to the next
			index := rapid.Uint64().Draw(t, "index")
			raw := rapid.SliceOf(rapid.Byte()).Draw(t, "raw")
			mac := hmac.New(sha256.New, secret)
			mac.Write(binary.BigEndian.AppendUint64(nil, index))
			nonce := mac.Sum(nil)[:16]
			want := evidence.Digest(rfc6962.DefaultHasher.HashLeaf(append(nonce, raw...)))
			if got := b.Leaf(index, raw); got != want {
				t.Errorf("Blinder.Leaf(%d, %x) = %v, want %v", index, raw, got, want)
			}
			cut := rapid.IntRange(0, len(raw)).Draw(t, "cut")
			if got := evidence.Leaf(b.Nonce(index), raw[:cut], raw[cut:]); got != want {
				t.Errorf("Leaf of %x in two parts = %v, want %v", raw, got, want)
			}
		}
	})
}

func TestLeavesAreMadeWithoutAllocation(t *testing.T) {
	b, raw := evidence.NewBlinder(make([]byte, 32)), make([]byte, 400)
	b.Leaf(0, raw)
	if n := testing.AllocsPerRun(100, func() { b.Leaf(1, raw) }); n > 0 {
		t.Errorf("Blinder.Leaf allocates %v times", n)
	}
}

func BenchmarkSealedLeaf400(b *testing.B) {
	blinder, raw := evidence.NewBlinder(make([]byte, 32)), make([]byte, 400)
	var tree evidence.Tree
	b.ReportAllocs()
	for i := uint64(0); b.Loop(); i++ {
		tree.Add(blinder.Leaf(i, raw))
	}
	b.ReportMetric(float64(tree.Size())/b.Elapsed().Seconds(), "leaves/s")
}
