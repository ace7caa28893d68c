module github.com/ha/doozer/cmd/doozer-bench

go 1.26.0

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0
	github.com/bmizerany/assert v0.0.0-20160611221934-b7ed37b82869
	github.com/ha/doozer v0.0.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/gofrs/flock v0.13.2 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/kr/pretty v0.3.1 // indirect
	github.com/kr/text v0.2.0 // indirect
	github.com/planetscale/vtprotobuf v0.6.0 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/ha/doozer => ../..
