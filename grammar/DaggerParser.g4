// The sentences of Dagger, over the tokens that compiler/parse/Layout leaves. Binary operators are a flat list here:
// compiler/parse/Precedence.h holds their order. A failed statement or declaration recovers at its own end.
parser grammar DaggerParser;

options { tokenVocab = DaggerLexer; superClass = DaggerParserBase; contextSuperClass = ContextBase; }

@parser::postinclude {
#include "compiler/parse/ContextBase.h"
#include "compiler/parse/ParserBase.h"
}

file : declaration? ( ( NL | SEMI ) declaration? )* EOF ;

// ---- declarations ---------------------------------------------------------------------------------------------------

declaration
  : annotation*
    ( importDecl | constDecl | recordDecl | functionDecl | kernelDecl | externDecl | testDecl ) { endOfDeclaration(); }
  | { noDeclaration(); } ~( NL | SEMI | MATMUL | IMPORT | CONST | RECORD | FN | TASK | KERNEL | EXTERN | TEST )
  ;
  catch [RecognitionException &e] { reportAndRecover(e, _localctx); }
  catch [ParseCancellationException &] { recover(_localctx); }

importDecl : IMPORT ( name | string ) ( AS name )? ;
constDecl : CONST name ASSIGN expression ;
recordDecl : RECORD TYPE_NAME LBRACE ( field ( ( COMMA | NL | SEMI ) field )* COMMA? )? RBRACE ;
field : label COLON type ;
functionDecl : ( FN | TASK ) name typeParams? params ( ARROW type )? block ;
kernelDecl : KERNEL name typeParams? params ( ARROW type )? AT indices ( outside | group )? block ;
externDecl : EXTERN TASK name params ( ARROW type )? FROM string ;
testDecl : TEST string block ;

typeParams : LT typeParam ( COMMA typeParam )* GT ;
typeParam : TYPE_NAME ( COLON name )? ;
params : LPAREN ( param ( COMMA param )* COMMA? )? RPAREN ;
param : INOUT? name COLON type ( ASSIGN expression )? ;
indices : LPAREN name ( COMMA name )* RPAREN ;
outside : OUTSIDE operation ;
group : GROUP LPAREN expression ( COMMA expression )* RPAREN ;

annotation : MATMUL name ( LPAREN arguments RPAREN )? NL? ;

// ---- types ----------------------------------------------------------------------------------------------------------

type
  : ( LBRACKET type SEMI extent ( COMMA extent )* RBRACKET
    | LPAREN ( type ( COMMA type )* )? RPAREN ( ARROW type )?
    | ( name DOT )* TYPE_NAME typeArgs?
    | SCALAR
    | DECIMAL ( LPAREN expression COMMA expression RPAREN )?
    | ( TABLE | GRAPH | LIST ) typeArgs?
    ) QUESTION?
  ;
typeArgs : LT type ( COMMA type )* GT ;
extent : INT | name ;      // `_` is a name

// ---- statements -----------------------------------------------------------------------------------------------------

block : LBRACE statement? ( ( NL | SEMI ) statement? )* RBRACE ;

statement
  : annotation* ( simpleStatement | forStatement | whileStatement | block ) { endOfStatement(); }
  // Whatever begins none of them fails here, and not in the block, so that the block goes on with its next statement.
  | { noStatement(); }
    ( IMPORT | CONST | RECORD | FN | TASK | KERNEL | EXTERN | TEST | ELSE | INOUT | IN | AND | OR | AS | BY | FROM | GROUP
    | OUTSIDE | PIPE | FAT_ARROW | ARROW | EQ | NE | LE | GE | LT | GT | SHL | assignOp | QUESTIONS | QUESTION | POWER
    | FLOOR | STAR | SLASH | PERCENT | PLUS | AMP | CARET | BAR | DOTS | COMMA | COLON | RPAREN | RBRACKET | RECORD_OPEN
    | TEXT | FORMAT | INTERP | INTERP_END | END_QUOTE )
  ;
  catch [RecognitionException &e] { reportAndRecover(e, _localctx); }
  catch [ParseCancellationException &] { recover(_localctx); }

simpleStatement
  : ( LET | VAR ) pattern ( COLON type )? ASSIGN expression      # letStatement
  | SHARED name COLON type                                       # sharedStatement
  | ATOMIC operation assignOp expression                         # atomicStatement
  | BARRIER                                                      # barrierStatement
  | BREAK                                                        # breakStatement
  | CONTINUE                                                     # continueStatement
  | RETURN expression?                                           # returnStatement
  | ASSERT expression ( COMMA expression )?                      # assertStatement
  | expression ( assignOp expression )?                          # expressionStatement
  ;
forStatement : PARALLEL? FOR pattern IN expression block ;
whileStatement : WHILE expression block ;
pattern : name | LPAREN pattern ( COMMA pattern )+ COMMA? RPAREN ;
assignOp
  : ASSIGN | PLUS_EQ | MINUS_EQ | STAR_EQ | SLASH_EQ | FLOOR_EQ | PERCENT_EQ | POWER_EQ | AMP_EQ | CARET_EQ | BAR_EQ
  | SHL_EQ | GT GE | MATMUL_EQ
  ;

// ---- expressions ----------------------------------------------------------------------------------------------------

// A body after `=>` takes everything to its right.
expression
  : ( name | LPAREN ( name ( COMMA name )* )? RPAREN ) FAT_ARROW body                            # lambda
  | inlineKernel                                                                                 # kernel
  | operation                                                                                    # plain
  ;
inlineKernel : AT indices IN LPAREN expression ( COMMA expression )* RPAREN outside? FAT_ARROW body ;
body : expression | block ;

operation : operand ( binaryOp operand )* ( binaryOp inlineKernel )? ;
operand : prefixOp* primary suffix* ;
prefixOp : MINUS | TILDE | NOT ;
binaryOp
  : PIPE | OR | AND | EQ | NE | LT | LE | GT NL? | GE | IN | DOTS | BY | QUESTIONS | BAR | CARET | AMP | SHL | GT GT
  | PLUS | MINUS | STAR | SLASH | FLOOR | PERCENT | MATMUL | POWER
  ;

suffix
  : DOT ( label | INT )                                                             # memberSuffix
  | typeArgs? LPAREN arguments RPAREN                                               # callSuffix
  | LBRACKET subscript ( COMMA subscript )* COMMA? RBRACKET                         # indexSuffix
  | RECORD_OPEN ( recordField ( COMMA recordField )* COMMA? )? RBRACE               # recordSuffix
  ;
recordField : label COLON expression ;
subscript
  : expression ( DOTS ( BY expression )? )?
  | DOTS operation?
  | DOTS BY expression
  ;
arguments : ( argument ( COMMA argument )* COMMA? )? ;
argument : ( label ASSIGN )? INOUT? expression ( AS label )? ;

primary
  : INT                                                                             # integer
  | FLOAT                                                                           # float
  | ( TRUE | FALSE )                                                                # bool
  | MISSING                                                                         # missing
  | string                                                                          # text
  | name                                                                            # nameUse
  | TYPE_NAME                                                                       # typeUse
  | DOT label                                                                       # column
  | LPAREN ( expression ( COMMA expression )* COMMA? )? RPAREN                      # parens
  | LBRACKET ( expression ( clause+ ( IF expression )? | ( COMMA expression )* COMMA? ) )? RBRACKET  # array
  | IF expression block ( ELSE IF expression block )* ( ELSE block )?               # if
  ;
clause : FOR pattern IN expression ;
string : QUOTE ( TEXT | INTERP expression ( COLON FORMAT? )? INTERP_END )* END_QUOTE ;

// A name that is declared or used, and one that is a field, a column, an argument's or comes from a file.
name : NAME | SCALAR | TABLE | GRAPH | LIST | DECIMAL ;
label : name | TYPE_NAME ;
