echo "BASH_ENV was read"
PATH=/nonexistent:$PATH
