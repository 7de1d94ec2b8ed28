// Prometheus' own two readers of the text format, as peers for speed and as judges for right and wrong.
//
//	exposition bench expfmt|promparser FILE TIMES   prints seconds for TIMES whole readings
//	exposition version
//	exposition judge                                reads JSON texts, one a line; prints what expfmt makes of each
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println("0.316.0-1")
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "judge" {
		judge()
		return
	}
	text, err := os.ReadFile(os.Args[3])
	must(err)
	times, err := strconv.Atoi(os.Args[4])
	must(err)
	started := time.Now()
	for i := 0; i < times; i++ {
		if os.Args[2] == "expfmt" {
			readExpfmt(text)
		} else {
			readPromParser(text)
		}
	}
	fmt.Println(time.Since(started).Seconds())
}

var sum float64
var hashed uint64

// Every value summed, every label hashed: nothing is left out because nobody asks for it.
func readExpfmt(text []byte) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	must(err)
	hash := fnv.New64a()
	for _, family := range families {
		for _, metric := range family.Metric {
			for _, pair := range metric.Label {
				io.WriteString(hash, pair.GetName())
				io.WriteString(hash, pair.GetValue())
			}
			for _, value := range valuesOf(metric) {
				if !math.IsNaN(value) && !math.IsInf(value, 0) {
					sum += value
				}
			}
		}
	}
	hashed ^= hash.Sum64()
}

func valuesOf(metric *dto.Metric) []float64 {
	switch {
	case metric.Counter != nil:
		return []float64{metric.Counter.GetValue()}
	case metric.Gauge != nil:
		return []float64{metric.Gauge.GetValue()}
	case metric.Untyped != nil:
		return []float64{metric.Untyped.GetValue()}
	case metric.Summary != nil:
		values := []float64{metric.Summary.GetSampleSum(), float64(metric.Summary.GetSampleCount())}
		for _, quantile := range metric.Summary.Quantile {
			values = append(values, quantile.GetValue())
		}
		return values
	}
	values := []float64{metric.Histogram.GetSampleSum(), float64(metric.Histogram.GetSampleCount())}
	for _, bucket := range metric.Histogram.Bucket {
		values = append(values, float64(bucket.GetCumulativeCount()))
	}
	return values
}

func readPromParser(text []byte) {
	parser := textparse.NewPromParser(text, labels.NewSymbolTable(), false)
	var set labels.Labels
	for {
		entry, err := parser.Next()
		if err == io.EOF {
			return
		}
		must(err)
		if entry != textparse.EntrySeries {
			continue
		}
		_, _, value := parser.Series()
		parser.Labels(&set)
		hashed ^= set.Hash()
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			sum += value
		}
	}
}

type judgement struct {
	Error   string   `json:"error,omitempty"`
	Samples []string `json:"samples"`
}

func judge() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var text string
		must(json.Unmarshal(lines.Bytes(), &text))
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(text))
		if err != nil {
			must(out.Encode(judgement{Error: err.Error(), Samples: []string{}}))
			continue
		}
		samples := []string{}
		for _, family := range families {
			for _, metric := range family.Metric {
				samples = append(samples, family.GetName()+" "+labelsOf(metric)+" "+fmt.Sprint(len(valuesOf(metric))))
			}
		}
		must(out.Encode(judgement{Samples: samples}))
	}
}

func labelsOf(metric *dto.Metric) string {
	set := map[string]string{}
	for _, pair := range metric.Label {
		set[pair.GetName()] = pair.GetValue()
	}
	text, err := json.Marshal(set)
	must(err)
	return string(text)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
