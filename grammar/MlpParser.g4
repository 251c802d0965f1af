// SPDX-License-Identifier: Apache-2.0
//
// Rules of an .mlp file. The reader (compiler/syntax) has filtered newlines and balanced brackets
// before; chains are loops here, not recursion, so depth is bounded by brackets alone.
// For every extension: a type name alone is never an expression, so TYPE { is always a record and
// { after any other expression starts a block.
parser grammar MlpParser;

options { tokenVocab = MlpLexer; }

file : NEWLINE* ( declaration ( NEWLINE+ | EOF ) )* EOF ;

declaration
    : importDecl | recordDecl | enumDecl | environmentDecl | taskDecl | pipelineDecl
    | scheduleDecl | triggerDecl | testDecl
    ;

importDecl : KW_IMPORT ( string | name ( DOT name )+ ) ( KW_AS name )? ;
recordDecl : KW_RECORD TYPE LBRACE NEWLINE* ( field ( sep field )* sep? )? RBRACE ;
field : name COLON type ( ASSIGN expr )? ;
enumDecl : KW_ENUM TYPE LBRACE NEWLINE* ( name ( sep name )* sep? )? RBRACE ;
environmentDecl : KW_ENVIRONMENT name ASSIGN target ;
target : qname LPAREN args? RPAREN ;
sep : COMMA NEWLINE* | NEWLINE+ ;

// --- Tasks ---

// Heads and bodies are rules of their own: after a mistake in the one the other is still read.
taskDecl : taskHead taskBody ;
taskHead : KW_TASK name LPAREN params? RPAREN ( ARROW LPAREN outputs? RPAREN )? ;
taskBody : LBRACE NEWLINE* ( property ( NEWLINE+ property )* NEWLINE* )? RBRACE ;
params : param ( COMMA param )* COMMA? ;
param : name COLON type ( KW_AT string )? ( ASSIGN expr )? ;
outputs : output ( COMMA output )* COMMA? ;
output : name COLON type ( KW_AT ( string | KW_STDOUT ) )? ;

property
    : inProperty | usesProperty | keepProperty | tagsProperty | resourceProperty | retryProperty
    | cacheProperty | secretsProperty | varsProperty | poolProperty | executorProperty
    | switchProperty | stubProperty | runBody | execBody | scriptBody | notebookBody | pythonBody
    ;
inProperty : KW_IN qname ;
usesProperty : KW_USES string ( COMMA string )* ;
keepProperty : KW_KEEP string ;
tagsProperty : KW_TAGS string ( COMMA string )* ;
resourceProperty
    : ( KW_CPUS | KW_MEMORY | KW_GPUS | KW_DISK | KW_TIMEOUT | KW_PRIORITY ) expr
    ;
retryProperty : KW_RETRY INT ( KW_ON retryClass ( COMMA retryClass )* )? backoff? growth? ;
retryClass : name ( LPAREN INT ( COMMA INT )* RPAREN )? ;
backoff : KW_BACKOFF expr KW_TO expr ;
growth : KW_MEMORY STAR ( INT | FLOAT ) KW_TO expr ;
cacheProperty : KW_CACHE ( KW_ON | KW_OFF | KW_FOR expr ) ;
secretsProperty : KW_SECRETS secret ( COMMA secret )* ;
secret : TYPE ( KW_AS TYPE )? ;
varsProperty : KW_VARS variable ( COMMA variable )* ;
variable : ( word | TYPE ) COLON expr ;
poolProperty : KW_POOL name expr? ;
executorProperty : KW_EXECUTOR string ;
switchProperty : ( KW_NETWORK | KW_SANDBOX ) ( KW_ON | KW_OFF ) ;
stubProperty : KW_STUB expr ;
runBody : KW_RUN string ;
execBody : KW_EXEC list ;
scriptBody : KW_SCRIPT string string ;
notebookBody : KW_NOTEBOOK string ;
pythonBody : KW_PYTHON string ;

// --- Pipelines ---

// The order (statements, return, hooks) is checked by the builder, which can say more.
pipelineDecl : pipelineHead pipelineBody ;
pipelineHead : KW_PIPELINE name LPAREN params? RPAREN ( ARROW type )? ;
pipelineBody : LBRACE NEWLINE* ( pipelineItem ( NEWLINE+ pipelineItem )* NEWLINE* )? RBRACE ;
pipelineItem : returned | hook | statement ;
returned : KW_RETURN expr ;
hook : KW_ON ( KW_FAILURE | KW_SUCCESS | KW_END ) block ;
block : LBRACE NEWLINE* ( statement ( NEWLINE+ statement )* NEWLINE* )? RBRACE ;
statement : checkStatement | binding | exprStatement ;
checkStatement : KW_CHECK expr ( COMMA string )? ;
binding : name ( COLON type )? ASSIGN expr after? ;
exprStatement : expr after? ;
after : KW_AFTER name ( COMMA name )* ;

// --- Schedules, triggers, tests ---

scheduleDecl : scheduleHead scheduleBody ;
scheduleHead : KW_SCHEDULE name KW_RUNS target ;
scheduleBody
    : LBRACE NEWLINE* ( scheduleProperty ( NEWLINE+ scheduleProperty )* NEWLINE* )? RBRACE
    ;
scheduleProperty
    : KW_CRON string ( KW_IN string )?
    | KW_GAP ( KW_NEXT | KW_SKIP )
    | KW_FOLD ( KW_ONCE | KW_TWICE )
    | KW_MISSED ( KW_NONE | KW_LAST INT | KW_ALL KW_WITHIN expr )
    | KW_OVERLAP overlap
    | ( KW_JITTER | KW_FROM | KW_UNTIL ) expr
    | KW_PAUSE KW_AFTER INT KW_FAILURES
    ;
overlap : KW_SKIP | KW_QUEUE | KW_REPLACE | KW_ALLOW ;

triggerDecl : triggerHead triggerBody ;
triggerHead : KW_TRIGGER name KW_RUNS target ;
triggerBody : LBRACE NEWLINE* ( triggerProperty ( NEWLINE+ triggerProperty )* NEWLINE* )? RBRACE ;
triggerProperty : KW_ON eventSource ( KW_IF expr )? | KW_COOLDOWN expr | KW_OVERLAP overlap ;
eventSource
    : KW_FINISHED qname
    | KW_CHANGED string
    | KW_WEBHOOK string ( KW_AS qtype )?
    | KW_REGISTERED string
    | KW_PROMOTED string KW_TO string
    ;

testDecl : testHead testBody ;
testHead : KW_TEST string ;
testBody : LBRACE NEWLINE* ( testStatement ( NEWLINE+ testStatement )* NEWLINE* )? RBRACE ;
testStatement : stubStatement | statement ;
stubStatement : KW_STUB qname expr ;

// --- Types ---

type : baseType QUESTION? ;
baseType : scalarType | namedType | listType | mapType | partsType ;
scalarType : name ;
namedType : qtype ( LESS ( qtype | format ) GREATER )? ;
format : name ( DOT name )* ;
listType : LBRACKET type RBRACKET ;
mapType : LBRACE NEWLINE* KW_STRING COLON type NEWLINE* RBRACE ;
partsType : LPAREN typePart ( COMMA typePart )* COMMA? RPAREN ;
typePart : name COLON type ;
qtype : ( name DOT )? TYPE ;
qname : name ( DOT name )? ;

// --- Expressions, in rising binding ---

expr : andExpr ( KW_OR andExpr )* ;
andExpr : notExpr ( KW_AND notExpr )* ;
notExpr : KW_NOT* comparison ;
comparison
    : fallback
      ( ( EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL | KW_IN ) fallback )?
    ;
fallback : sum ( FALLBACK sum )* ;
sum : product ( ( PLUS | MINUS ) product )* ;
product : unary ( ( STAR | SLASH | PERCENT ) unary )* ;
unary : MINUS* postfix ;
postfix : primary ( DOT word | LBRACKET expr RBRACKET )* ;
primary
    : literal | string | call | name | enumValue | recordValue | parts | group | list | map
    | ifExpr | forExpr | repeatExpr
    ;
literal
    : KW_TRUE | KW_FALSE | KW_NULL | INT | FLOAT | DURATION | SIZE | DATE | DATETIME
    ;
call : qname LPAREN args? RPAREN QUESTION? ;
args : arg ( COMMA arg )* COMMA? ;
arg : ( word COLON )? ( lambda | expr ) ;
lambda : name FAT_ARROW expr ;
enumValue : qtype DOT word ;
recordValue : qtype LBRACE NEWLINE* ( namedValue ( sep namedValue )* sep? )? RBRACE ;
namedValue : word COLON expr ;
parts : LPAREN namedValue ( COMMA namedValue )* COMMA? RPAREN ;
group : LPAREN expr RPAREN ;
list : LBRACKET ( expr ( COMMA expr )* COMMA? )? RBRACKET ;
map : LBRACE NEWLINE* ( mapEntry ( sep mapEntry )* sep? )? RBRACE ;
mapEntry : string COLON expr ;
ifExpr : KW_IF expr block ( KW_ELSE KW_IF expr block )* ( KW_ELSE block )? ;
forExpr : KW_FOR forSource ( COMMA forSource )* ( KW_LIMIT expr )? tolerate? block ;
forSource : name KW_IN expr ;
tolerate : KW_TOLERATE INT PERCENT? ;
repeatExpr : KW_REPEAT name ASSIGN expr KW_UNTIL expr KW_LIMIT expr block ;

string : ( STRING_OPEN | BLOCK_D_OPEN | BLOCK_S_OPEN ) ( TEXT | ESCAPE | interpolation )* STRING_CLOSE ;
interpolation : INTERPOLATION expr ( COMMA option )* RBRACE ;
option : word COLON expr ;

// --- Words ---

name
    : ID | KW_AFTER | KW_ALL | KW_ALLOW | KW_AT | KW_BACKOFF | KW_CACHE | KW_CHANGED
    | KW_COOLDOWN | KW_CPUS | KW_CRON | KW_DISK | KW_END | KW_ENUM | KW_ENVIRONMENT | KW_EXEC
    | KW_EXECUTOR | KW_FAILURE | KW_FAILURES | KW_FINISHED | KW_FOLD | KW_FROM | KW_GAP
    | KW_GPUS | KW_JITTER | KW_KEEP | KW_LAST | KW_LIMIT | KW_MEMORY | KW_MISSED | KW_NETWORK
    | KW_NEXT | KW_NONE | KW_NOTEBOOK | KW_OFF | KW_ON | KW_ONCE | KW_OVERLAP | KW_PAUSE
    | KW_PIPELINE | KW_POOL | KW_PRIORITY | KW_PROMOTED | KW_PYTHON | KW_QUEUE | KW_RECORD
    | KW_REGISTERED | KW_REPLACE | KW_RETRY | KW_RUN | KW_RUNS | KW_SANDBOX | KW_SCHEDULE
    | KW_SCRIPT | KW_SECRETS | KW_SKIP | KW_STDOUT | KW_STRING | KW_STUB | KW_SUCCESS | KW_TAGS
    | KW_TASK | KW_TEST | KW_TIMEOUT | KW_TO | KW_TOLERATE | KW_TRIGGER | KW_TWICE | KW_UNTIL
    | KW_USES | KW_VARS | KW_WEBHOOK | KW_WITHIN
    ;
word
    : name | KW_AND | KW_AS | KW_CHECK | KW_ELSE | KW_FALSE | KW_FOR | KW_IF | KW_IMPORT | KW_IN
    | KW_NOT | KW_NULL | KW_OR | KW_REPEAT | KW_RETURN | KW_TRUE
    ;
