package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what /metrics tells, in the words of Prometheus.
type metrics struct {
	registry  *prometheus.Registry
	records   prometheus.Counter
	bytes     prometheus.Counter
	gaps      prometheus.Counter
	snapshots prometheus.Counter
	commits   prometheus.Histogram
}

const namespace = "doozer_backup"

func newMetrics(s *state) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	}
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		records:   counter("records_total", "Revisions written to the journal."),
		bytes:     counter("written_bytes_total", "Bytes written to the journal's segments."),
		gaps:      counter("gaps_total", "Times that changes were missing, and a snapshot taken of the cluster."),
		snapshots: counter("snapshots_total", "Snapshots saved."),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: "commit_duration_seconds",
			Help: "Time to make a batch durable.", Buckets: prometheus.ExponentialBuckets(0.0002, 2, 16)}),
	}
	m.registry.MustRegister(m.records, m.bytes, m.gaps, m.snapshots, m.commits,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, of func(health) float64) {
		opts := prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}
		m.registry.MustRegister(prometheus.NewGaugeFunc(opts, func() float64 { return of(s.get(time.Now())) }))
	}
	gauge("durable_revision", "Up to this revision all is on disk.", func(n health) float64 { return float64(n.Durable) })
	gauge("cluster_revision", "The cluster's revision, a moment ago.", func(n health) float64 { return float64(n.ClusterRev) })
	gauge("lag_revisions", "By how many revisions the disk is behind the cluster.", func(n health) float64 { return float64(n.LagRevs) })
	gauge("lag_seconds", "For how long the disk has been behind the cluster.", func(n health) float64 { return n.LagSeconds })
	gauge("snapshot_revision", "The newest snapshot's revision.", func(n health) float64 { return float64(n.Snapshot) })
	gauge("snapshot_timestamp_seconds", "When the newest snapshot's revision was heard of; 0: there is none.", func(n health) float64 { return seconds(n.SnapshotTime) })
	gauge("journal_gaps", "How often the journal says that changes are missing.", func(n health) float64 { return float64(n.JournalGaps) })
	for _, what := range concerns() {
		opts := prometheus.GaugeOpts{Namespace: namespace, Name: "failing", Help: "1 while that does not work.",
			ConstLabels: prometheus.Labels{"source": string(what)}}
		m.registry.MustRegister(prometheus.NewGaugeFunc(opts, func() float64 { return s.failing(what) }))
	}
	return m
}

// seconds is a moment as Prometheus has it; 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// serveMetrics serves /metrics, and /status with the status as JSON, until ctx ends.
func serveMetrics(ctx context.Context, l net.Listener, s *state, log *slog.Logger) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = writeJSON(w, s.get(time.Now())) // the reader is gone
	})
	srv := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		log.Error("metrics are served no more", "err", err)
	}
}
