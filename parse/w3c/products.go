package w3c

import "strings"

// product is a log whose header is known.
type product struct {
	software string // begins the "#Software:" line, in lower case
	logType  string // begins the "#Log-type:" line, in lower case
	fields   string // columns that must be there, in lower case
	dataset  string
	channel  string // the dataset, if empty
	bare     bool   // nothing is quoted, blanks are written as "+"
}

// products returns the known logs; the first that fits is taken.
func products() []product {
	return []product{
		{logType: "message tracking log", dataset: "exchange.messagetracking"},
		{logType: "httpproxy log", dataset: "exchange.httpproxy"},
		{logType: "smtp receive protocol log", dataset: "exchange.smtp", channel: "exchange.smtp.receive"},
		{logType: "smtp send protocol log", dataset: "exchange.smtp", channel: "exchange.smtp.send"},
		{logType: "ews log", dataset: "exchange.ews"},
		{logType: "ecp", dataset: "exchange.ecp"},
		{logType: "rca log", dataset: "exchange.rca"},
		{logType: "rpc client access", dataset: "exchange.rca"},
		{logType: "mapi", dataset: "exchange.mapi"},
		{logType: "owa", dataset: "exchange.owa"},
		{logType: "oab", dataset: "exchange.oab"},
		{logType: "imap4", dataset: "exchange.imap"},
		{logType: "pop3", dataset: "exchange.pop"},
		{logType: "agent log", dataset: "exchange.agent"},
		{logType: "transport connectivity log", dataset: "exchange.connectivity"},
		{logType: "cmdlet", dataset: "exchange.cmdlet"},
		{logType: "powershell", dataset: "exchange.powershell"},
		{software: "microsoft exchange", dataset: "exchange.other"},
		{fields: "internal-message-id recipient-address event-id", dataset: "exchange.messagetracking"},
		{fields: "requestid urlstem protocolaction backendstatus", dataset: "exchange.httpproxy"},
		{fields: "connector-id session-id sequence-number data", dataset: "exchange.smtp"},
		{software: "microsoft http api", dataset: "iis.httperr", bare: true},
		{software: "microsoft internet information services", fields: "x-session", dataset: "iis.ftp", bare: true},
		{software: "microsoft internet information services", dataset: "iis.access", bare: true},
		{software: "microsoft iis", dataset: "iis.access", bare: true},
		{software: "microsoft windows firewall", dataset: "windows.firewall"},
		{software: "microsoft forefront", dataset: "microsoft.proxy"},
		{software: "microsoft(r) internet security and acceleration", dataset: "microsoft.proxy"},
		{software: "microsoft internet security and acceleration", dataset: "microsoft.proxy"},
		{software: "microsoft(r) proxy", dataset: "microsoft.proxy"},
		{software: "microsoft proxy", dataset: "microsoft.proxy"},
		{software: "sgos", dataset: "bluecoat.proxy"},
		{fields: "x-edge-location cs-uri-stem", dataset: "aws.cloudfront"},
		{fields: "s-reason s-queuename", dataset: "iis.httperr", bare: true},
		{fields: "x-exception-id sc-filter-result", dataset: "bluecoat.proxy"},
		{fields: "c-ip cs-uri-stem sc-win32-status", dataset: "iis.access", bare: true},
	}
}

// productOf returns the product that a header is of.
func productOf(h *header, columns []string) product {
	software, logType := strings.ToLower(h.software), strings.ToLower(h.logType)
	has := map[string]bool{}
	for _, c := range columns {
		has[strings.ToLower(c)] = true
	}
	for _, p := range products() {
		if strings.HasPrefix(software, p.software) && strings.HasPrefix(logType, p.logType) && hasAll(has, p.fields) {
			if p.dataset == "exchange.other" && logType != "" {
				p.dataset = "exchange." + slug(logType)
			}
			return p
		}
	}
	return product{dataset: "w3c"}
}

func hasAll(has map[string]bool, names string) bool {
	for name := range strings.FieldsSeq(names) {
		if !has[name] {
			return false
		}
	}
	return true
}

// slug makes the last part of a dataset of a log type: letters and digits.
func slug(logType string) string {
	for _, end := range []string{" logs", " log"} {
		logType = strings.TrimSuffix(logType, end)
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, logType)
}
