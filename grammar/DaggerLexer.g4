// The words of Dagger. Newlines are tokens here; compiler/parse/Layout decides which of them end a statement.
lexer grammar DaggerLexer;

options { superClass = DaggerLexerBase; }

@lexer::postinclude {
#include "compiler/parse/LexerBase.h"
}

// RECORD_OPEN is the `{` of a record literal; Layout tells it from a block's.
tokens { RECORD_OPEN }
channels { COMMENTS }

COMMENT : '#' ~[\r\n]* -> channel(COMMENTS) ;
NL      : '\r'? '\n' { newline(); } ;
WS      : [ \t]+ -> skip ;

// Reserved words.
IMPORT : 'import' ;
CONST : 'const' ;
RECORD : 'record' ;
FN : 'fn' ;
TASK : 'task' ;
KERNEL : 'kernel' ;
EXTERN : 'extern' ;
LET : 'let' ;
VAR : 'var' ;
IF : 'if' ;
ELSE : 'else' ;
FOR : 'for' ;
WHILE : 'while' ;
BREAK : 'break' ;
CONTINUE : 'continue' ;
RETURN : 'return' ;
ASSERT : 'assert' ;
BARRIER : 'barrier' ;
INOUT : 'inout' ;
AT : 'at' ;
IN : 'in' ;
AND : 'and' ;
OR : 'or' ;
NOT : 'not' ;
TRUE : 'true' ;
FALSE : 'false' ;
MISSING : 'missing' ;

// Words that are names wherever the grammar does not want them; Layout turns those into NAMEs.
AS : 'as' ;
BY : 'by' ;
FROM : 'from' ;
TEST : 'test' ;
GROUP : 'group' ;
OUTSIDE : 'outside' ;
SHARED : 'shared' ;
ATOMIC : 'atomic' ;
PARALLEL : 'parallel' ;

// Types that are names of functions and modules as well.
TABLE : 'table' ;
GRAPH : 'graph' ;
LIST : 'list' ;
DECIMAL : 'decimal' ;
SCALAR
  : 'bool' | 'i8' | 'i16' | 'i32' | 'i64' | 'u8' | 'u16' | 'u32' | 'u64' | 'f16' | 'bf16' | 'f32' | 'f64'
  | 'c64' | 'c128' | 'str' | 'date' | 'timestamp'
  ;

FLOAT : ( DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT ) FLOAT_SUFFIX? | DIGITS FLOAT_SUFFIX ;
INT   : ( '0x' [0-9a-fA-F] [0-9a-fA-F_]* | '0b' [01] [01_]* | DIGITS ) INT_SUFFIX? ;
// Longer than any number that it begins with, and so only taken where there is none.
BAD_NUMBER : [0-9] [0-9A-Za-z_]* ( '.' [0-9] [0-9A-Za-z_]* )? ;
fragment DIGITS : [0-9] [0-9_]* ;
fragment EXPONENT : [eE] [+-]? DIGITS ;
fragment FLOAT_SUFFIX : 'f16' | 'bf16' | 'f32' | 'f64' ;
fragment INT_SUFFIX : [iu] ( '8' | '16' | '32' | '64' ) ;

TYPE_NAME : [A-Z] [A-Za-z0-9_]* ;
NAME      : [a-z_] [A-Za-z0-9_]* ;
BAD_NAME  : [A-Za-z0-9_]* ~[\u0000-\u007F] ( [A-Za-z0-9_] | ~[\u0000-\u007F] )* ;

PIPE : '|>' ;
FAT_ARROW : '=>' ;
ARROW : '->' ;
EQ : '==' ;
NE : '!=' ;
LE : '<=' ;
GE : '>=' ;
LT : '<' ;
GT : '>' ;              // no `>>`: it would swallow the end of table<list<f64>>
SHL : '<<' ;
PLUS_EQ : '+=' ;
MINUS_EQ : '-=' ;
STAR_EQ : '*=' ;
SLASH_EQ : '/=' ;
FLOOR_EQ : '//=' ;
PERCENT_EQ : '%=' ;
POWER_EQ : '**=' ;
AMP_EQ : '&=' ;
CARET_EQ : '^=' ;
BAR_EQ : '|=' ;
SHL_EQ : '<<=' ;
MATMUL_EQ : '@=' ;
QUESTIONS : '??' ;
QUESTION : '?' ;
POWER : '**' ;
FLOOR : '//' ;
STAR : '*' ;
SLASH : '/' ;
PERCENT : '%' ;
MATMUL : '@' ;          // also begins an annotation
PLUS : '+' ;
MINUS : '-' ;
TILDE : '~' ;
AMP : '&' ;
CARET : '^' ;
BAR : '|' ;
DOTS : '..' ;
DOT : '.' ;
COMMA : ',' ;
SEMI : ';' ;
ASSIGN : '=' ;
COLON : ':' { colon(FORMAT_MODE); } ;
LPAREN : '(' { open('('); } ;
RPAREN : ')' { close('('); } ;
LBRACKET : '[' { open('['); } ;
RBRACKET : ']' { close('['); } ;
LBRACE : '{' { open('{'); } ;
RBRACE : '}' { closeBrace(INTERP_END); } ;
QUOTE : '"' { beginString(); } -> pushMode(STRING_MODE) ;
BAD : . ;

mode STRING_MODE;
TEXT : ( ~["\\{}\r\n] | '\\u{' ~["{}\r\n]* '}' | '\\' ~[\r\n] )+ ;
INTERP : '{' { beginInterpolation(); } -> pushMode(DEFAULT_MODE) ;
END_QUOTE : '"' { endString(); } -> popMode ;
BAD_BRACE : '}' ;
STRING_NL : '\\'? '\r'? '\n' { newline(); } -> type(NL) ;
BAD_STRING : . -> type(BAD) ;

mode FORMAT_MODE;
FORMAT : ~[}\r\n]+ ;       // a quote in it shows that the `}` is missing, and the line's end will tell
INTERP_END : '}' { endFormat(); } ;
FORMAT_NL : '\r'? '\n' { newline(); } -> type(NL) ;
BAD_FORMAT : . -> type(BAD) ;
