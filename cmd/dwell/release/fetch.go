package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// Bounds of what is fetched. SigmaHQ's largest release has 5 MB.
const (
	maxArchive   = 64 << 20 // bytes
	maxRedirects = 5
	maxTime      = 10 * time.Minute
	maxSilence   = 30 * time.Second // until the answer begins
)

// errTooLarge reports an archive beyond maxArchive.
var errTooLarge = fmt.Errorf("larger than %d bytes", maxArchive)

// fetch writes what the address sends to a new file, and returns an error unless
// it has the digest that is asked for.
func (u *Updater) fetch(ctx context.Context, src Source, path string) error {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	body, err := u.open(ctx, src.URL)
	if err != nil {
		return err
	}
	defer body.Close()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(body, maxArchive+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if n > maxArchive {
		return errTooLarge
	}
	if got := hex.EncodeToString(sum.Sum(nil)); !strings.EqualFold(got, src.SHA256) {
		return fmt.Errorf("what was sent is not what was asked for: its SHA-256 is %s, not %s", got, strings.ToLower(src.SHA256))
	}
	return nil
}

// open asks for an address and returns the body of the answer.
func (u *Updater) open(ctx context.Context, address string) (io.ReadCloser, error) {
	transport := u.Transport
	if transport == nil {
		transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: maxSilence}).DialContext,
			TLSHandshakeTimeout: maxSilence, ResponseHeaderTimeout: maxSilence, ForceAttemptHTTP2: true,
			// The digest is of the file, not of a compressed form of it.
			DisableCompression: true, DisableKeepAlives: true,
		}
	}
	client := &http.Client{Transport: transport, CheckRedirect: checkRedirect}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "dwell-rules-update")
	answer, err := client.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			return nil, e.Err // the address is named around it
		}
		return nil, err
	}
	switch {
	case answer.StatusCode != http.StatusOK:
		err = fmt.Errorf("the answer is %s", answer.Status)
	case answer.ContentLength > maxArchive:
		err = errTooLarge
	default:
		return answer.Body, nil
	}
	return nil, errors.Join(err, answer.Body.Close())
}

func checkRedirect(next *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("sent on more than %d times", maxRedirects)
	}
	to, err := checkURL(next.URL.String())
	if err != nil {
		return fmt.Errorf("sent on: %w", err)
	}
	if to.Scheme == "http" && via[0].URL.Scheme == "https" {
		return fmt.Errorf("sent on from https to http: %s", next.URL.Redacted())
	}
	return nil
}

// checkURL refuses addresses at which somebody on the way could see what is
// asked for, or send something else and make its digest known too.
func checkURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	switch {
	case u.Host == "":
		return nil, fmt.Errorf("%q is no address of a server", address)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	default:
		return nil, fmt.Errorf("%s: only https is used, and http to this machine itself", u.Redacted())
	}
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
