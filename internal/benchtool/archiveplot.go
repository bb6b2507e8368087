package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// line is one line of a chart.
type line struct {
	name   string
	points [][2]float64 // above 0: both axes are logarithmic
}

// chart is a chart with two logarithmic axes.
type chart struct {
	title, x, y string
	lines       []line
}

// plot returns the SVG file of how cost grows.
func (b *archiveBench) plot() string {
	byEvents := chart{title: "CPU seconds by events in the archive", x: "events", y: "CPU s"}
	for _, what := range []string{askRules, askSubstring, askSeen} {
		l := line{name: what}
		for _, p := range b.growth {
			if p.what == what && p.rules == 0 {
				l.points = append(l.points, [2]float64{float64(p.events), p.took.cpu.Seconds()})
			}
		}
		byEvents.lines = append(byEvents.lines, l)
	}
	byRules := chart{title: "CPU seconds by rules", x: "rules", y: "CPU s"}
	all, reading := line{name: "all of it"}, line{name: "reading rules"}
	for _, p := range b.growth {
		switch at := [2]float64{float64(p.rules), p.took.cpu.Seconds()}; {
		case p.rules == 0:
		case p.events == 0:
			reading.points = append(reading.points, at)
		default:
			all.points = append(all.points, at)
		}
	}
	byRules.lines = []line{all, reading}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		2*chartWidth, chartHeight, 2*chartWidth, chartHeight) +
		`<rect width="100%" height="100%" fill="#fff"/>` + "\n" + byEvents.draw(0) + byRules.draw(chartWidth) + "</svg>\n"
}

// Sizes in pixels; the margins hold the texts beside the axes.
const (
	chartWidth, chartHeight            = 460, 320
	marginLeft, marginRight, marginTop = 60, 110, 40
	marginBottom                       = 50
	plotWidth, plotHeight              = chartWidth - marginLeft - marginRight, chartHeight - marginTop - marginBottom
)

// span returns the powers of ten around the values of one axis.
func (c *chart) span(axis int) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range c.lines {
		for _, p := range l.points {
			if p[axis] > 0 {
				low, high = math.Min(low, math.Floor(math.Log10(p[axis]))), math.Max(high, math.Ceil(math.Log10(p[axis])))
			}
		}
	}
	if math.IsInf(low, 0) {
		return 0, 1
	}
	return low, math.Max(high, low+1)
}

// draw returns the chart, moved to the right.
func (c *chart) draw(right int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<g transform="translate(%d 0)"><text x="%d" y="22" font-size="14">%s</text>`+"\n", right, marginLeft, c.title)
	left, most := c.span(0)
	bottom, top := c.span(1)
	x := func(v float64) float64 { return marginLeft + plotWidth*(v-left)/(most-left) }
	y := func(v float64) float64 { return marginTop + plotHeight*(top-v)/(top-bottom) }
	for v := left; v <= most; v++ {
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			x(v), marginTop, marginTop+plotHeight, x(v), marginTop+plotHeight+18, power(v))
	}
	for v := bottom; v <= top; v++ {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			marginLeft, y(v), marginLeft+plotWidth, marginLeft-6, y(v)+4, power(v))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="8" y="%d">%s</text>`+"\n",
		marginLeft+plotWidth/2, chartHeight-10, c.x, marginTop-8, c.y)
	colours := [...]string{"#1b6ca8", "#c1440e", "#3a7d44"}
	for i, l := range c.lines {
		l.points = slices.DeleteFunc(slices.Clone(l.points), func(p [2]float64) bool { return p[0] <= 0 || p[1] <= 0 })
		if len(l.points) == 0 {
			continue
		}
		path, colour := "", colours[i%len(colours)]
		for k, p := range l.points {
			at := [2]float64{x(math.Log10(p[0])), y(math.Log10(p[1]))}
			path += fmt.Sprintf("%c%.1f %.1f", "ML"[min(k, 1)], at[0], at[1])
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, at[0], at[1], colour)
		}
		last := l.points[len(l.points)-1]
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/><text x="%.1f" y="%.1f" fill="%s">%s</text>`+"\n",
			path, colour, x(math.Log10(last[0]))+8, y(math.Log10(last[1]))+4, colour, l.name)
	}
	return b.String() + "</g>\n"
}

// power writes a power of ten.
func power(exponent float64) string {
	if exponent >= -2 && exponent <= 3 {
		return fmt.Sprintf("%g", math.Pow(10, exponent))
	}
	return fmt.Sprintf(`10<tspan dy="-4" font-size="9">%.0f</tspan>`, exponent)
}
