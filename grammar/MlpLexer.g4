// SPDX-License-Identifier: Apache-2.0
//
// Tokens of an .mlp file. Bytes are read as characters, so places are byte offsets. The reader
// (compiler/syntax) guards the mode stack, filters newlines and turns what begins with BAD or
// FOREIGN into a diagnostic; no text at all fails to lex.
lexer grammar MlpLexer;

// --- Words. Reserved first, then those that are names wherever the grammar does not ask for them ---

KW_AND         : 'and' ;
KW_AS          : 'as' ;
KW_CHECK       : 'check' ;
KW_ELSE        : 'else' ;
KW_FALSE       : 'false' ;
KW_FOR         : 'for' ;
KW_IF          : 'if' ;
KW_IMPORT      : 'import' ;
KW_IN          : 'in' ;
KW_NOT         : 'not' ;
KW_NULL        : 'null' ;
KW_OR          : 'or' ;
KW_REPEAT      : 'repeat' ;
KW_RETURN      : 'return' ;
KW_TRUE        : 'true' ;

KW_AFTER       : 'after' ;
KW_ALL         : 'all' ;
KW_ALLOW       : 'allow' ;
KW_AT          : 'at' ;
KW_BACKOFF     : 'backoff' ;
KW_CACHE       : 'cache' ;
KW_CHANGED     : 'changed' ;
KW_COOLDOWN    : 'cooldown' ;
KW_CPUS        : 'cpus' ;
KW_CRON        : 'cron' ;
KW_DISK        : 'disk' ;
KW_END         : 'end' ;
KW_ENUM        : 'enum' ;
KW_ENVIRONMENT : 'environment' ;
KW_EXEC        : 'exec' ;
KW_EXECUTOR    : 'executor' ;
KW_FAILURE     : 'failure' ;
KW_FAILURES    : 'failures' ;
KW_FINISHED    : 'finished' ;
KW_FOLD        : 'fold' ;
KW_FROM        : 'from' ;
KW_GAP         : 'gap' ;
KW_GPUS        : 'gpus' ;
KW_JITTER      : 'jitter' ;
KW_KEEP        : 'keep' ;
KW_LAST        : 'last' ;
KW_LIMIT       : 'limit' ;
KW_MEMORY      : 'memory' ;
KW_MISSED      : 'missed' ;
KW_NETWORK     : 'network' ;
KW_NEXT        : 'next' ;
KW_NONE        : 'none' ;
KW_NOTEBOOK    : 'notebook' ;
KW_OFF         : 'off' ;
KW_ON          : 'on' ;
KW_ONCE        : 'once' ;
KW_OVERLAP     : 'overlap' ;
KW_PAUSE       : 'pause' ;
KW_PIPELINE    : 'pipeline' ;
KW_POOL        : 'pool' ;
KW_PRIORITY    : 'priority' ;
KW_PROMOTED    : 'promoted' ;
KW_PYTHON      : 'python' ;
KW_QUEUE       : 'queue' ;
KW_RECORD      : 'record' ;
KW_REGISTERED  : 'registered' ;
KW_REPLACE     : 'replace' ;
KW_RETRY       : 'retry' ;
KW_RUN         : 'run' ;
KW_RUNS        : 'runs' ;
KW_SANDBOX     : 'sandbox' ;
KW_SCHEDULE    : 'schedule' ;
KW_SCRIPT      : 'script' ;
KW_SECRETS     : 'secrets' ;
KW_SKIP        : 'skip' ;
KW_STDOUT      : 'stdout' ;
KW_STRING      : 'string' ;
KW_STUB        : 'stub' ;
KW_SUCCESS     : 'success' ;
KW_TAGS        : 'tags' ;
KW_TASK        : 'task' ;
KW_TEST        : 'test' ;
KW_TIMEOUT     : 'timeout' ;
KW_TO          : 'to' ;
KW_TOLERATE    : 'tolerate' ;
KW_TRIGGER     : 'trigger' ;
KW_TWICE       : 'twice' ;
KW_UNTIL       : 'until' ;
KW_USES        : 'uses' ;
KW_VARS        : 'vars' ;
KW_WEBHOOK     : 'webhook' ;
KW_WITHIN      : 'within' ;

// --- Numbers. Longest match; of equal length the first ---

fragment DIGIT : [0-9] ;
fragment DAY : DIGIT DIGIT DIGIT DIGIT '-' DIGIT DIGIT '-' DIGIT DIGIT ;
fragment NUM : INT | FLOAT ;
fragment LETTER : [A-Za-z] ;

DATETIME : DAY 'T' DIGIT DIGIT ':' DIGIT DIGIT ( ':' DIGIT DIGIT ( '.' DIGIT+ )? )?
           ( 'Z' | [+\-] DIGIT DIGIT ':' DIGIT DIGIT ) ;
BAD_DATETIME : DAY 'T' [0-9:.]* 'Z'? ;
DATE : DAY ;
DURATION : NUM ( 'ms' | 's' | 'min' | 'h' | 'd' ) ;
SIZE : NUM ( 'B' | [KMGT] 'B' | [KMGT] 'iB' ) ;
INT : DIGIT ( DIGIT | '_' )* ;
FLOAT : INT '.' DIGIT+ ( [eE] [+\-]? DIGIT+ )? | INT [eE] [+\-]? DIGIT+ ;
BAD_NUMBER : NUM LETTER ( LETTER | DIGIT | '_' )* ;

ID : [a-z_] [a-z0-9_]* ;
TYPE : [A-Z] [A-Za-z0-9_]* ;
// Lower case that goes on in upper case.
BAD_NAME : [a-z_] [a-z0-9_]* [A-Z] [A-Za-z0-9_]* ;

// --- Punctuation ---

LPAREN : '(' ;  RPAREN : ')' ;
LBRACKET : '[' ;  RBRACKET : ']' ;
LBRACE : '{' -> pushMode(DEFAULT_MODE) ;
RBRACE : '}' -> popMode ;
COMMA : ',' ;  COLON : ':' ;  DOT : '.' ;  QUESTION : '?' ;  FALLBACK : '??' ;
ARROW : '->' ;  FAT_ARROW : '=>' ;  ASSIGN : '=' ;
EQUAL : '==' ;  NOT_EQUAL : '!=' ;  LESS : '<' ;  LESS_EQUAL : '<=' ;
GREATER : '>' ;  GREATER_EQUAL : '>=' ;
PLUS : '+' ;  MINUS : '-' ;  STAR : '*' ;  SLASH : '/' ;  PERCENT : '%' ;

// --- Strings ---

BLOCK_D_OPEN : '"""' -> pushMode(BLOCK_D) ;
BLOCK_S_OPEN : '\'\'\'' -> pushMode(BLOCK_S) ;
STRING_OPEN : '"' -> pushMode(LINE) ;

// --- Newlines, comments, blanks ---

NEWLINE : '\r'? '\n' ;
DOC_COMMENT : '///' ( ~[/\r\n] ~[\r\n]* )? ;
LINE_COMMENT : '//' ~[\r\n]* ;
BLOCK_COMMENT : '/*' .*? '*/' ;
BAD_COMMENT : '/*' ;
BLANKS : [ \t\r]+ -> skip ;

// --- Forms of other languages, named so that the diagnostic can say what to write ---

FOREIGN_STRING : '\'' ~['\r\n]* '\'' ;
FOREIGN_COMMENT : '#' ~[\r\n]* ;
FOREIGN_OPERATOR : '&&' | '||' | '!' | ';' | '===' | '!==' | '+=' | '-=' | '*=' | '/=' | ':=' | '<-' ;
BAD_CHARACTER : . ;

// --- Inside "…" ---

mode LINE;
STRING_CLOSE : '"' -> popMode ;
INTERPOLATION : '~{' -> pushMode(DEFAULT_MODE) ;
ESCAPE : '\\' ( [nrt"\\~] | 'u{' [0-9A-Fa-f]* '}' ) ;
BAD_ESCAPE : '\\' ~[\r\n]? ;
TEXT : ~["\\~\r\n]+ ;
LINE_TILDE : '~' -> type(TEXT) ;
BAD_STRING : [\r\n] ;

// --- Inside three double quotes ---

mode BLOCK_D;
BLOCK_D_CLOSE : '"""' -> type(STRING_CLOSE), popMode ;
BLOCK_D_INTERPOLATION : '~{' -> type(INTERPOLATION), pushMode(DEFAULT_MODE) ;
BLOCK_D_TEXT : ~["~]+ -> type(TEXT) ;
BLOCK_D_MARK : ["~] -> type(TEXT) ;

// --- Inside three single quotes ---

mode BLOCK_S;
BLOCK_S_CLOSE : '\'\'\'' -> type(STRING_CLOSE), popMode ;
BLOCK_S_INTERPOLATION : '~{' -> type(INTERPOLATION), pushMode(DEFAULT_MODE) ;
BLOCK_S_TEXT : ~['~]+ -> type(TEXT) ;
BLOCK_S_MARK : ['~] -> type(TEXT) ;

// --- The text of a script: as above, but "~{" is text ---

mode RAW_LINE;
RAW_LINE_CLOSE : '"' -> type(STRING_CLOSE), popMode ;
RAW_LINE_ESCAPE : '\\' ( [nrt"\\~] | 'u{' [0-9A-Fa-f]* '}' ) -> type(ESCAPE) ;
RAW_LINE_BAD_ESCAPE : '\\' ~[\r\n]? -> type(BAD_ESCAPE) ;
RAW_LINE_TEXT : ~["\\\r\n]+ -> type(TEXT) ;
RAW_LINE_END : [\r\n] -> type(BAD_STRING) ;

mode RAW_BLOCK_D;
RAW_BLOCK_D_CLOSE : '"""' -> type(STRING_CLOSE), popMode ;
RAW_BLOCK_D_TEXT : ~["]+ -> type(TEXT) ;
RAW_BLOCK_D_MARK : '"' -> type(TEXT) ;

mode RAW_BLOCK_S;
RAW_BLOCK_S_CLOSE : '\'\'\'' -> type(STRING_CLOSE), popMode ;
RAW_BLOCK_S_TEXT : ~[']+ -> type(TEXT) ;
RAW_BLOCK_S_MARK : '\'' -> type(TEXT) ;
