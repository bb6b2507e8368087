module github.com/dwell-project/dwell

go 1.26.0
