"""Texts that somebody might try as a formula: escapes, floods, tricks with characters.

From the reports on simpleeval, Odoo's safe_eval, Jinja's sandbox and n8n's expressions, and our own.
"""

from __future__ import annotations

ESCAPES = """
name.__class__
name.__class__.__mro__
''.__class__.__bases__[0].__subclasses__()
().__class__.__base__.__subclasses__()
name.upper()
name.format(1)
'{0.__class__}'.format(name)
f'{name}'
f'{name.__class__}'
rf"{name}"
__import__('os')
__import__('os').system('id')
import os
open('/etc/passwd')
open('/etc/passwd').read()
eval('1+1')
exec('1')
compile('1', '', 'eval')
globals()
locals()
vars()
dir()
getattr(name, '__class__')
setattr(name, 'x', 1)
type(name)
type(name)('a')
lambda: 1
lambda x: x
(lambda: 0)()
[x for x in lines]
{x: 1 for x in lines}
(x for x in lines)
{'a': 1}
{1, 2}
name[0]
name[0:1]
lines[0]
lines[0].price
lines.clear()
lines.append(1)
lines.pop()
owner.query.delete()
owner.metadata.drop_all()
owner.query.session.connection().exec_driver_sql('x')
owner.id := 5
name = name = name
x := 5
a; b
1\\n2
1; DROP TABLE orders
'; DROP TABLE orders; --
' OR '1'='1
' OR 1=1 --
" OR ""="
name UNION SELECT password FROM users
(SELECT 1)
SELECT * FROM orders
name::text
name || pg_sleep(10)
pg_sleep(10)
load_extension('x')
sqlite_version()
lw_call('x')
lw_call('LEN', 'text>integer', name)
{{7*7}}
${7*7}
#{7*7}
<%= 7*7 %>
{% import os %}
@(7*7)
$(id)
`id`
%(name)s
%s
console.log(1)
process.env
this.constructor.constructor('return process')()
constructor
__proto__
prototype
toString()
hasOwnProperty('x')
self
cls
owner.unit.__dict__
owner._sa_instance_state
parent.parent.parent
parent
:name.__class__
:__class__
:unknown
await name
yield name
raise name
assert name
del name
print(name)
input()
name if name else name
not
and
or or or
in
is
is null
between
between 1 and 2
1 in
1 in ()
1 between 2
1 = = 2
1 === 1
1 == 1
1 <> <> 2
a <=> b
!name
~1
1 << 100
1 >> 1
1 & 2 | 3
1 ^ 2
2 ** 8
4000000**4000000
(4000000**4000000)*(4000000**4000000)
9**9**9**9
10 // 3
10 % 3
'%999999999d' % 1
'a' * 1000000000
1_000_000
0x41
0b1
0o7
1e400
1e308*10
inf
nan
Infinity
NaN
1.2.3
1..2
.
..
1.
'unterminated
"unterminated
“unterminated
/* unterminated
// only a comment
/* only a comment */
date'2026-13-01'
date'0000-01-01'
date'10000-01-01'
date'x'
instant'2026-01-01'
instant'2026-01-01T00:00:00'
time'25:00'
date'2026-01-01
99999999999999999999999999
0.12345678901234567890
REPEAT('a', 10000000000000000000000)
COUNT()
SUM()
SUM(1)
SUM(name, 1)
COUNT(lines, lines)
COUNT(lines, price)
ANY(lines)
SUM(lines, price, active, 1)
SUM(lines, lines)
MIN(lines)
FIRST(lines, price)
FIRST(lines, price, tags)
IF()
IF(1)
IF(1, 2)
IF(TRUE, 1, 'a')
IF(TRUE, 1, 2, 3)
AND()
AND(1)
NOT()
NOT 1
NOT(1, 2)
name + 1
name - name
day + day
day * 2
tags = tags
tags < 1
owner < owner
active < TRUE
owner = 'abc'
owner = 1
stage = 'wonn'
stage IN ('won', 'x')
[1, 'a']
[[1], [2]]
[lines]
lines
lines = 1
owner.nothing
nothing
name.x
amount.x
owner.
.owner
owner..name
UNKNOWNFN(1)
LEFT()
LEFT(1)
LEFT('a', 'b')
LEFT('a', 1.5)
ROUND('a')
DATE('a', 1, 1)
YEAR('a')
ADDMONTHS(day, 1.5)
HAS(tags, 5)
BAND(1, ['a'], ['b'])
(1
1)
((1)
[1
1]
{1}
(1, 2)
,
1,
f(,)
LEN(,)
LEN('a',)
:
::
: name
name :
?
name?
name!
#name
@name
$name
\\
name\\
""".strip().splitlines()

ENDLESS = [
    " AND ".join(["TRUE"] * 200_000),
    "+".join(["1"] * 200_000),
    " AND ".join(["1=1"] * 300),
    "+".join(["1"] * 900),
    "*".join(["9"] * 900),
    "&".join(["'a'"] * 450),
    "/".join(["1"] * 900),
    "-" * 1_900 + "1",
    "- " * 900 + "1",
    "NOT " * 400 + "TRUE",
    "(" * 900 + "1" + ")" * 900,
    "(" * 1_000,
    "[" * 1_000,
    "IF(TRUE," * 200 + "1" + ")" * 200,
    "ABS(" * 100 + "1" + ")" * 100,
    "SWITCH(" * 60 + "1" + ",1,2)" * 60,
    "POWER(" * 18 + "99" + ",20)" * 18,
    "REPEAT(" * 18 + "'abc'" + ",10000)" * 18,
    "SUBSTITUTE(" * 15 + "REPEAT('a', 9999)" + ",'a',REPEAT('a', 9999))" * 15,
    "LPAD('a', 999999999999999999)",
    "REPEAT('a', 999999999999999999)",
    "POWER(999999999999999999, 20)",
    "ADDWORKDAYS(day, 999999999)",
    "ADDWORKDAYS(day, 10000)",
    "WORKDAYS(date'0001-01-01', date'9999-12-31')",
    "WORKDAYS(date'1950-01-01', date'2050-01-01')",
    "SUM(lines, " * 10 + "1" + ")" * 10,
    "SPLIT(REPEAT('a,', 5000), ',')",
    "UNIQUE(SPLIT(REPEAT('a,', 5000), ','))",
    "HASALL(SPLIT(REPEAT('a,', 5000), ','), SPLIT(REPEAT('b,', 5000), ','))",
    "JOIN(SPLIT(REPEAT('a,', 5000), ','), REPEAT('b', 100))",
    "COUNTOF(REPEAT('a', 10000), 'a')",
    "REVERSE(REPEAT('😀', 10000))",
    "UPPER(REPEAT('ß', 10000))",
    "ROUND(1.5, 999999999999999999)",
    "ROUND(1.5, -999999999999999999)",
    "MID(name, -999999999999999999, 999999999999999999)",
    "x" * 1_990,
    "x." * 990 + "x",
    "'" + "a" * 1_990 + "'",
    "1" * 1_990,
    "0." + "0" * 1_900 + "1",
    " " * 1_990 + "1",
    "/*" + "*" * 1_900 + "*/ 1",
    "'" * 1_999,
    '"' * 1_998,
    "name IN (" + ",".join(["'a'"] * 450) + ")",
    "[" + ",".join(["1"] * 450) + "]",
    "MAX(" + ",".join(["amount"] * 200) + ")",
    "COALESCE(" + ",".join(["name"] * 300) + ")",
    "CONCAT(" + ",".join(["name"] * 300) + ")",
    "a" * 2_001,
    "中" * 2_000,
]

CHARACTERS = [
    "\x00",
    "name\x00",
    "'a\x00b'",
    "'\x1b[31m'",
    "\x7f1",
    "\x851",
    "name\u202eeman",
    "'\u202egnp.exe'",
    "\u2066name\u2069",
    "\u200fname",
    "\ud800",
    "'\udfff'",
    "na\u200bme",
    "\ufeffname",
    "ｎａｍｅ",
    "nаme",  # a Cyrillic letter
    "１＋１",
    "²",
    "٣",
    "½",
    "∞",
    "π",
    "×",
    "1×1",
    "≠",
    "name ≠ 1",
    "‚name‘",
    "«name»",
    "💣",
    "名称",
    "　",
    "\u2028",
    "\u2029name",
    "a\u0301",
]

ALL = [*ESCAPES, *ENDLESS, *CHARACTERS]
