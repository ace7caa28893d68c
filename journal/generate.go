package journal

//go:generate protoc --plugin=protoc-gen-go=../bin/protoc-gen-go --plugin=protoc-gen-go-vtproto=../bin/protoc-gen-go-vtproto --go_out=. --go_opt=paths=source_relative --go-vtproto_out=. --go-vtproto_opt=paths=source_relative,features=marshal+unmarshal+size journal.proto
