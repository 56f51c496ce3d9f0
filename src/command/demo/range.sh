#!/bin/sh
# Counts the numbers of a range such as 3-5.
first=${1%-*}
last=${1#*-}
echo $((last - first))
