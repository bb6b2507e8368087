package sigma

// Severity says what became of the document a problem was found in.
type Severity uint8

const (
	// Warning: the document is used; somebody should look at it.
	Warning Severity = iota
	// Error: the document, or the file, is left out.
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Code is the stable number of a message. The numbers are an interface: one is
// never given a second meaning, and what each says is in
// docs/reference/rule-messages.md.
type Code string

// Files and YAML.
const (
	CodeUnreadable    Code = "SIG001"
	CodeSyntax        Code = "SIG002"
	CodeNotMap        Code = "SIG003"
	CodeExpansion     Code = "SIG004"
	CodeDuplicateKey  Code = "SIG005"
	CodeAction        Code = "SIG006"
	CodeTooLarge      Code = "SIG007"
	CodeEncoding      Code = "SIG008"
	CodeOverridden    Code = "SIG009"
	CodeManyProblems  Code = "SIG010"
	CodeDepth         Code = "SIG011"
	CodeNothingThere  Code = "SIG012"
	CodeKeyType       Code = "SIG013"
	CodeUnknownAction Code = "SIG014"
	CodeManyWarnings  Code = "SIG015"
)

// Metadata and log source.
const (
	CodeTitle            Code = "SIG101"
	CodeTitleLength      Code = "SIG102"
	CodeUUID             Code = "SIG103"
	CodeDuplicateID      Code = "SIG104"
	CodeSameRule         Code = "SIG105"
	CodeDate             Code = "SIG106"
	CodeDateOrder        Code = "SIG107"
	CodeStatus           Code = "SIG108"
	CodeLevel            Code = "SIG109"
	CodeTag              Code = "SIG110"
	CodeTagNamespace     Code = "SIG111"
	CodeRelated          Code = "SIG112"
	CodeAttributeType    Code = "SIG114"
	CodeDuplicateName    Code = "SIG115"
	CodeLogSource        Code = "SIG116"
	CodeLogSourceEmpty   Code = "SIG117"
	CodeLogSourceType    Code = "SIG118"
	CodeDuplicateTag     Code = "SIG119"
	CodeLogSourceCase    Code = "SIG120"
	CodeAttributeCase    Code = "SIG121"
	CodeLogSourceUnknown Code = "SIG122"
)

// Detection and condition.
const (
	CodeDetection        Code = "SIG201"
	CodeCondition        Code = "SIG202"
	CodeNoIdentifier     Code = "SIG203"
	CodeEmptyIdentifier  Code = "SIG204"
	CodeStructure        Code = "SIG205"
	CodeNullInList       Code = "SIG206"
	CodeUnused           Code = "SIG207"
	CodeUndefined        Code = "SIG208"
	CodePatternEmpty     Code = "SIG209"
	CodeConditionSyntax  Code = "SIG210"
	CodeNear             Code = "SIG211"
	CodeAggregation      Code = "SIG212"
	CodeEmptyKeyword     Code = "SIG213"
	CodeTimeframe        Code = "SIG214"
	CodeTimeframeUnused  Code = "SIG215"
	CodeReserved         Code = "SIG216"
	CodeOperatorCase     Code = "SIG217"
	CodeThreshold        Code = "SIG218"
	CodeConditionTooDeep Code = "SIG219"
)

// Modifiers and values.
const (
	CodeModifier         Code = "SIG301"
	CodeContradiction    Code = "SIG302"
	CodeValueType        Code = "SIG303"
	CodeSingleAll        Code = "SIG304"
	CodeNeedlessWildcard Code = "SIG305"
	CodeRegex            Code = "SIG306"
	CodeRegexUnsupported Code = "SIG307"
	CodeRegexSize        Code = "SIG308"
	CodeCIDR             Code = "SIG309"
	CodeWildcard         Code = "SIG310"
	CodeWideAlone        Code = "SIG311"
	CodePlaceholder      Code = "SIG312"
	CodeTooManyValues    Code = "SIG313"
	CodeDuplicateValue   Code = "SIG314"
	CodeEmptyList        Code = "SIG315"
	CodeValueAsText      Code = "SIG316"
	CodeHostBits         Code = "SIG317"
	CodeTimePart         Code = "SIG318"
	CodeNoPlaceholder    Code = "SIG319"
	CodeModifierTwice    Code = "SIG320"
	CodeModifierNoEffect Code = "SIG321"
	CodeYAMLBoolean      Code = "SIG322"
	CodeKeywordModifier  Code = "SIG323"
)

// Correlations.
const (
	CodeCorrelationType      Code = "SIG401"
	CodeCorrelationRules     Code = "SIG402"
	CodeUnknownRule          Code = "SIG403"
	CodeTimespan             Code = "SIG404"
	CodeCorrelationCondition Code = "SIG405"
	CodeConditionField       Code = "SIG406"
	CodeConditionKey         Code = "SIG407"
	CodeAliasRule            Code = "SIG408"
	CodeCycle                Code = "SIG409"
	CodeCorrelationKey       Code = "SIG410"
	CodeAliasUnused          Code = "SIG411"
	CodeBounds               Code = "SIG412"
	CodeAmbiguousRule        Code = "SIG413"
	CodePercentile           Code = "SIG414"
	CodeGroupBy              Code = "SIG415"
	CodeExtendedRules        Code = "SIG416"
)

// Filters.
const (
	CodeFilterRules     Code = "SIG501"
	CodeFilterUnknown   Code = "SIG502"
	CodeFilterCondition Code = "SIG503"
	CodeFilterLogSource Code = "SIG504"
	CodeFilterKeeps     Code = "SIG505"
)

// Severity says whether a message means that its document is left out.
func (c Code) Severity() Severity {
	switch c {
	case CodeOverridden, CodeNothingThere, CodeManyWarnings,
		CodeTitleLength, CodeUUID, CodeDuplicateID, CodeSameRule, CodeDate, CodeDateOrder, CodeStatus, CodeLevel,
		CodeTag, CodeTagNamespace, CodeRelated, CodeAttributeType, CodeDuplicateName, CodeLogSourceEmpty,
		CodeDuplicateTag, CodeLogSourceCase, CodeAttributeCase, CodeLogSourceUnknown,
		CodeNullInList, CodeUnused, CodeReserved, CodeTimeframeUnused, CodeOperatorCase,
		CodeSingleAll, CodeNeedlessWildcard, CodeWideAlone, CodeDuplicateValue, CodeEmptyList, CodeValueAsText,
		CodeHostBits, CodeTimePart, CodeNoPlaceholder, CodeModifierTwice, CodeModifierNoEffect, CodeYAMLBoolean,
		CodeCorrelationKey, CodeAliasUnused, CodeAmbiguousRule, CodePercentile,
		CodeFilterUnknown, CodeFilterLogSource, CodeFilterKeeps:
		return Warning
	default:
		return Error
	}
}
