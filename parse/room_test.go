package parse

import (
	"context"
	"strings"
	"testing"
)

func TestRoomHoldsBackWhatWouldBeTooMuch(t *testing.T) {
	r := newRoom()
	half := maxInFlight / largeWeight / 2
	for i, want := range []bool{true, true, false} {
		if got := r.take(half); got != want {
			t.Errorf("block %d of half the bound is let in: %v, want %v", i+1, got, want)
		}
	}
	r.leave(half)
	if !r.take(half) {
		t.Error("no room where a block has left")
	}
}

func TestRoomLetsOneBlockInHoweverLarge(t *testing.T) {
	r := newRoom()
	if !r.take(2 * maxInFlight) {
		t.Fatal("a block larger than the bound is never let in")
	}
	if r.take(1) {
		t.Error("another one is let in beside it")
	}
}

func TestEnteringEndsWithItsContext(t *testing.T) {
	r := newRoom()
	r.take(maxInFlight)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r.enter(ctx, maxInFlight) {
		t.Error("entered a full room")
	}
}

func TestEnteringWaitsForRoom(t *testing.T) {
	r := newRoom()
	r.take(maxInFlight)
	go r.leave(maxInFlight)
	if !r.enter(t.Context(), maxInFlight) {
		t.Error("entering gave up")
	}
}

func TestDatasetOfAnEndlessChannelIsCut(t *testing.T) {
	got := WindowsDataset(strings.Repeat("ž", 1000))
	if want := "windows." + strings.Repeat("ž", 127) + "…"; got != want {
		t.Errorf("WindowsDataset(1000 × ž) = %q, want %q", got, want)
	}
}
