package main

import (
	"context"
	"strconv"
	"time"

	"github.com/ha/doozer/client"
)

// The pace at which the durable revision is written to the store: each is a change there, too.
const (
	reportPause = 100 * time.Millisecond
	quietReport = 10 * time.Second // while nothing changed but the cluster's own files
)

// sendReports writes the durable revision to the store whenever it has moved, until ctx ends.
func (f *follower) sendReports(ctx context.Context) {
	var last time.Time
	failed := false
	for {
		select {
		case <-f.state.changed:
		case <-ctx.Done():
			return
		}
		if !sleep(ctx, reportPause-time.Since(last)) {
			return
		}
		rev, wanted := f.state.toReport()
		if rev == 0 || !wanted && time.Since(last) < quietReport {
			continue
		}
		last = time.Now()
		if err := f.sendReport(ctx, rev); err == nil {
			failed = false
			f.state.works(theReport)
		} else if ctx.Err() == nil {
			if !failed {
				f.log.Warn("cannot report what is durable; trying again", "path", f.state.report, "err", err)
			}
			failed = true
			f.state.failed(theReport, err)
			f.state.want()
		}
	}
}

func (f *follower) sendReport(ctx context.Context, rev int64) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	_, err := f.c.Set(ctx, f.state.report, client.Clobber, strconv.AppendInt(nil, rev, 10))
	return err
}
