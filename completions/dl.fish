# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_dl_global_optspecs
    string join \n cache-dir= config= no-config no-cache offline json q/quiet v/verbose= progress= color= lock-timeout= join-timeout= cache-shared shared= no-shared shared-mode= h help V/version o/output= O/remote-name remote-header-name P/dir= extract= strip= member= unpack max-extract= link if-exists= touch R/remote-time attr= attrs-json= label= filename= freshness= max-age= refresh check-method= newer-than= older-than= force stale-if-error keep= key-uri= key-param= key-params= auth-id= checksum= sha256= checksums= base= size= min-size= max-size= strict-length allow-html i/input= descriptor= X/request= H/header= query= d/data= data-urlencode= data-json= F/form= form-string= u/user= netrc netrc-file= A/user-agent= e/referer= compressed cacert= capath= cert= key= k/insecure tls-min= x/proxy= noproxy= resolve= 4/ipv4 6/ipv6 http-version= max-redirs= no-follow backend= retry= retry-delay= retry-max-wait= connect-timeout= stall-timeout= timeout= limit-rate= min-rate= mirror= resume= connections= j/jobs= allow-status= fail-fast L/location f/fail S/show-error meta= D/dump-header= xattr explain dry-run exit-code
end

function __fish_dl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_dl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_dl_using_subcommand
    set -l cmd (__fish_dl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c dl -n "__fish_dl_needs_command" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_needs_command" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_needs_command" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_needs_command" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_needs_command" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_needs_command" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_needs_command" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_needs_command" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_needs_command" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_needs_command" -s o -l output -d 'To this file (- is stdout)' -r -F
complete -c dl -n "__fish_dl_needs_command" -s P -l dir -d 'Into this folder' -r -F
complete -c dl -n "__fish_dl_needs_command" -l extract -d 'Unpack into this folder, all or nothing (gz, bz2, xz, zst, zip, tar)' -r -F
complete -c dl -n "__fish_dl_needs_command" -l strip -d 'With --extract: leave out so many leading folders' -r
complete -c dl -n "__fish_dl_needs_command" -l member -d 'With --extract: only members that match (repeatable); with -o: this member' -r
complete -c dl -n "__fish_dl_needs_command" -l max-extract -d 'The most that may come out of an archive (2GiB, or 200 times its size)' -r
complete -c dl -n "__fish_dl_needs_command" -l if-exists -d 'What becomes of an existing file (replace)' -r -f -a "replace\t''
keep\t''
error\t''"
complete -c dl -n "__fish_dl_needs_command" -l attr -d 'Describe the item: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_needs_command" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_needs_command" -l label -d 'The item\'s label' -r
complete -c dl -n "__fish_dl_needs_command" -l filename -d 'The item\'s file name' -r
complete -c dl -n "__fish_dl_needs_command" -l freshness -d 'any: the newest, without asking; check: as --refresh; http: as a private cache (RFC 9111)' -r -f -a "any\t''
check\t''
http\t''"
complete -c dl -n "__fish_dl_needs_command" -l max-age -d 'Ask the origin about what is older' -r
complete -c dl -n "__fish_dl_needs_command" -l check-method -d 'How it is asked (auto)' -r -f -a "auto\t''
etag\t''
modified\t''
size\t''
hash\t''"
complete -c dl -n "__fish_dl_needs_command" -l newer-than -d 'Only a version made or confirmed since' -r
complete -c dl -n "__fish_dl_needs_command" -l older-than -d 'Only a version made before; without one exit 3' -r
complete -c dl -n "__fish_dl_needs_command" -l keep -d 'How many versions are kept (all)' -r
complete -c dl -n "__fish_dl_needs_command" -l key-uri -d 'The identity, apart from the address' -r
complete -c dl -n "__fish_dl_needs_command" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_needs_command" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_needs_command" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_needs_command" -l checksum -d 'The digest it must have: `sha256:HEX`, `sha256-BASE64`, bare hex' -r
complete -c dl -n "__fish_dl_needs_command" -l sha256 -d 'The SHA-256 it must have' -r
complete -c dl -n "__fish_dl_needs_command" -l checksums -d 'A list of digests; without a URL everything in it is fetched' -r
complete -c dl -n "__fish_dl_needs_command" -l base -d 'What the names in that list are relative to' -r
complete -c dl -n "__fish_dl_needs_command" -l size -d 'The exact size' -r
complete -c dl -n "__fish_dl_needs_command" -l min-size -d 'The least size' -r
complete -c dl -n "__fish_dl_needs_command" -l max-size -d 'The greatest size' -r
complete -c dl -n "__fish_dl_needs_command" -s i -l input -d 'A list: each line `URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]` (- is stdin)' -r -F
complete -c dl -n "__fish_dl_needs_command" -l descriptor -d 'A descriptor in TOML or JSON: `url` and any option of this group, by its long name' -r -F
complete -c dl -n "__fish_dl_needs_command" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_needs_command" -s H -l header -d 'A request header `Name: value` (@FILE reads them, a value @env:VAR is read from the environment)' -r
complete -c dl -n "__fish_dl_needs_command" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_needs_command" -s d -l data -d 'Sent by POST as a form, as it is; several are joined with `&` (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_needs_command" -l data-urlencode -d 'The same, with the value encoded' -r
complete -c dl -n "__fish_dl_needs_command" -l data-json -d 'JSON sent by POST (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_needs_command" -s F -l form -d 'A part of a multipart form: K=V or K=@FILE[;type=T][;filename=N]' -r
complete -c dl -n "__fish_dl_needs_command" -l form-string -d 'The same, never read as a file' -r
complete -c dl -n "__fish_dl_needs_command" -s u -l user -d 'Credentials for the URL\'s origin' -r
complete -c dl -n "__fish_dl_needs_command" -l netrc-file -d 'Credentials from this file' -r -F
complete -c dl -n "__fish_dl_needs_command" -s A -l user-agent -d 'The User-Agent header' -r
complete -c dl -n "__fish_dl_needs_command" -s e -l referer -d 'The Referer header' -r
complete -c dl -n "__fish_dl_needs_command" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_needs_command" -l capath -d 'A folder of CA certificates (PEM)' -r -F
complete -c dl -n "__fish_dl_needs_command" -l cert -d 'Client certificate (PEM)' -r -F
complete -c dl -n "__fish_dl_needs_command" -l key -d 'Its private key (PEM)' -r -F
complete -c dl -n "__fish_dl_needs_command" -l tls-min -d 'The least TLS version (1.2)' -r -f -a "1.2\t''
1.3\t''"
complete -c dl -n "__fish_dl_needs_command" -s x -l proxy -d 'A proxy: http, https, socks5 or socks5h' -r
complete -c dl -n "__fish_dl_needs_command" -l noproxy -d 'Hosts that are reached without it, by commas' -r
complete -c dl -n "__fish_dl_needs_command" -l resolve -d 'Connect to this address in place of the host\'s' -r
complete -c dl -n "__fish_dl_needs_command" -l http-version -d 'The HTTP version (auto)' -r -f -a "auto\t''
1.0\t''
1.1\t''
2\t''"
complete -c dl -n "__fish_dl_needs_command" -l max-redirs -d 'How many redirects are followed (10)' -r
complete -c dl -n "__fish_dl_needs_command" -l backend -d 'What carries the bytes: auto is reqwest for http and https, curl for ftp, ftps and file' -r -f -a "auto\t''
reqwest\t''
curl\t''"
complete -c dl -n "__fish_dl_needs_command" -l retry -d 'Tries after the first (5)' -r
complete -c dl -n "__fish_dl_needs_command" -l retry-delay -d 'The base of the wait between them (500ms)' -r
complete -c dl -n "__fish_dl_needs_command" -l retry-max-wait -d 'The longest Retry-After that is waited for (2m)' -r
complete -c dl -n "__fish_dl_needs_command" -l connect-timeout -d 'Until a connection stands (30s)' -r
complete -c dl -n "__fish_dl_needs_command" -l stall-timeout -d 'Without a byte (60s)' -r
complete -c dl -n "__fish_dl_needs_command" -l timeout -d 'For the whole, retries included (none)' -r
complete -c dl -n "__fish_dl_needs_command" -l limit-rate -d 'At most so many bytes a second' -r
complete -c dl -n "__fish_dl_needs_command" -l min-rate -d 'Slower than this over the stall time is exit 5' -r
complete -c dl -n "__fish_dl_needs_command" -l mirror -d 'Another address of the same, tried when the one before fails' -r
complete -c dl -n "__fish_dl_needs_command" -l resume -d 'Go on with unfinished files (auto: with a strong validator)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_needs_command" -l connections -d 'Connections for one file (auto)' -r
complete -c dl -n "__fish_dl_needs_command" -s j -l jobs -d 'URLs at once (8)' -r
complete -c dl -n "__fish_dl_needs_command" -l allow-status -d 'Statuses whose body is the result: `404,5xx`, `any`' -r
complete -c dl -n "__fish_dl_needs_command" -l meta -d 'The JSON result to a file, on failure too' -r -F
complete -c dl -n "__fish_dl_needs_command" -s D -l dump-header -d 'The response head to a file (mode 0600)' -r -F
complete -c dl -n "__fish_dl_needs_command" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_needs_command" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_needs_command" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_needs_command" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_needs_command" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_needs_command" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_needs_command" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_needs_command" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_needs_command" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_needs_command" -s V -l version -d 'Version, and those of the backends'
complete -c dl -n "__fish_dl_needs_command" -s O -l remote-name -d 'To a file named as in the URL'
complete -c dl -n "__fish_dl_needs_command" -l remote-header-name -d 'To a file named as the server says'
complete -c dl -n "__fish_dl_needs_command" -l unpack -d 'With -o, -O or -P: the decoded file in place of the packed one'
complete -c dl -n "__fish_dl_needs_command" -l link -d 'Share the cache\'s bytes in place of a copy'
complete -c dl -n "__fish_dl_needs_command" -l touch -d 'Renew the time of a file that is left alone'
complete -c dl -n "__fish_dl_needs_command" -s R -l remote-time -d 'Give the file the server\'s time'
complete -c dl -n "__fish_dl_needs_command" -l refresh -d 'Ask the origin whether the stored version still stands'
complete -c dl -n "__fish_dl_needs_command" -l force -d 'Download anew'
complete -c dl -n "__fish_dl_needs_command" -l stale-if-error -d 'If the origin cannot be asked, use what is stored'
complete -c dl -n "__fish_dl_needs_command" -l strict-length -d 'Refuse a body whose end nothing tells'
complete -c dl -n "__fish_dl_needs_command" -l allow-html -d 'Let an HTML page pass in place of a file'
complete -c dl -n "__fish_dl_needs_command" -l netrc -d 'Credentials from ~/.netrc, for https'
complete -c dl -n "__fish_dl_needs_command" -l compressed -d 'Ask for compression, store what is decoded'
complete -c dl -n "__fish_dl_needs_command" -s k -l insecure -d 'Verify no certificates; what it fetches serves only commands with -k'
complete -c dl -n "__fish_dl_needs_command" -s 4 -l ipv4 -d 'IPv4 only'
complete -c dl -n "__fish_dl_needs_command" -s 6 -l ipv6 -d 'IPv6 only'
complete -c dl -n "__fish_dl_needs_command" -l no-follow -d 'Follow no redirect'
complete -c dl -n "__fish_dl_needs_command" -l fail-fast -d 'The first failure ends the others'
complete -c dl -n "__fish_dl_needs_command" -s L -l location -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_needs_command" -s f -l fail -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_needs_command" -s S -l show-error -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_needs_command" -l xattr -d 'Store origin and digest as extended attributes of the file'
complete -c dl -n "__fish_dl_needs_command" -l explain -d 'Tell each decision and the rule behind it'
complete -c dl -n "__fish_dl_needs_command" -l dry-run -d 'Decide and tell, but ask and write nothing'
complete -c dl -n "__fish_dl_needs_command" -l exit-code -d 'Exit 11 if nothing new was fetched or written'
complete -c dl -n "__fish_dl_needs_command" -a "fetch" -d 'Fetch URLs: cached, verified, recorded'
complete -c dl -n "__fish_dl_needs_command" -a "get" -d 'Fetch URLs: cached, verified, recorded'
complete -c dl -n "__fish_dl_needs_command" -a "download" -d 'Fetch URLs: cached, verified, recorded'
complete -c dl -n "__fish_dl_needs_command" -a "cache" -d 'What is stored'
complete -c dl -n "__fish_dl_needs_command" -a "blob" -d 'Contents by their hash'
complete -c dl -n "__fish_dl_needs_command" -a "manifest" -d 'Self-describing artifacts: datasets, models'
complete -c dl -n "__fish_dl_needs_command" -a "kv" -d 'One key-value interface over many stores'
complete -c dl -n "__fish_dl_needs_command" -a "config" -d 'Settings'
complete -c dl -n "__fish_dl_needs_command" -a "doctor" -d 'What works here: cache, TLS roots, proxies, backends'
complete -c dl -n "__fish_dl_needs_command" -a "run" -d 'Run a command once, and replay it while nothing it depends on has changed'
complete -c dl -n "__fish_dl_needs_command" -a "completions" -d 'Completions for a shell'
complete -c dl -n "__fish_dl_needs_command" -a "man" -d 'The manual'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s o -l output -d 'To this file (- is stdout)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -s P -l dir -d 'Into this folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l extract -d 'Unpack into this folder, all or nothing (gz, bz2, xz, zst, zip, tar)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l strip -d 'With --extract: leave out so many leading folders' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l member -d 'With --extract: only members that match (repeatable); with -o: this member' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l max-extract -d 'The most that may come out of an archive (2GiB, or 200 times its size)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l if-exists -d 'What becomes of an existing file (replace)' -r -f -a "replace\t''
keep\t''
error\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l attr -d 'Describe the item: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l label -d 'The item\'s label' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l filename -d 'The item\'s file name' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l freshness -d 'any: the newest, without asking; check: as --refresh; http: as a private cache (RFC 9111)' -r -f -a "any\t''
check\t''
http\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l max-age -d 'Ask the origin about what is older' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l check-method -d 'How it is asked (auto)' -r -f -a "auto\t''
etag\t''
modified\t''
size\t''
hash\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l newer-than -d 'Only a version made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l older-than -d 'Only a version made before; without one exit 3' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l keep -d 'How many versions are kept (all)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l key-uri -d 'The identity, apart from the address' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l checksum -d 'The digest it must have: `sha256:HEX`, `sha256-BASE64`, bare hex' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l sha256 -d 'The SHA-256 it must have' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l checksums -d 'A list of digests; without a URL everything in it is fetched' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l base -d 'What the names in that list are relative to' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l size -d 'The exact size' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l min-size -d 'The least size' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l max-size -d 'The greatest size' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s i -l input -d 'A list: each line `URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]` (- is stdin)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l descriptor -d 'A descriptor in TOML or JSON: `url` and any option of this group, by its long name' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s H -l header -d 'A request header `Name: value` (@FILE reads them, a value @env:VAR is read from the environment)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s d -l data -d 'Sent by POST as a form, as it is; several are joined with `&` (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l data-urlencode -d 'The same, with the value encoded' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l data-json -d 'JSON sent by POST (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s F -l form -d 'A part of a multipart form: K=V or K=@FILE[;type=T][;filename=N]' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l form-string -d 'The same, never read as a file' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s u -l user -d 'Credentials for the URL\'s origin' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l netrc-file -d 'Credentials from this file' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -s A -l user-agent -d 'The User-Agent header' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s e -l referer -d 'The Referer header' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l capath -d 'A folder of CA certificates (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l cert -d 'Client certificate (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l key -d 'Its private key (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l tls-min -d 'The least TLS version (1.2)' -r -f -a "1.2\t''
1.3\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -s x -l proxy -d 'A proxy: http, https, socks5 or socks5h' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l noproxy -d 'Hosts that are reached without it, by commas' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l resolve -d 'Connect to this address in place of the host\'s' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l http-version -d 'The HTTP version (auto)' -r -f -a "auto\t''
1.0\t''
1.1\t''
2\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l max-redirs -d 'How many redirects are followed (10)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l backend -d 'What carries the bytes: auto is reqwest for http and https, curl for ftp, ftps and file' -r -f -a "auto\t''
reqwest\t''
curl\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l retry -d 'Tries after the first (5)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l retry-delay -d 'The base of the wait between them (500ms)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l retry-max-wait -d 'The longest Retry-After that is waited for (2m)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l connect-timeout -d 'Until a connection stands (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l stall-timeout -d 'Without a byte (60s)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l timeout -d 'For the whole, retries included (none)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l limit-rate -d 'At most so many bytes a second' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l min-rate -d 'Slower than this over the stall time is exit 5' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l mirror -d 'Another address of the same, tried when the one before fails' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l resume -d 'Go on with unfinished files (auto: with a strong validator)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l connections -d 'Connections for one file (auto)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -s j -l jobs -d 'URLs at once (8)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l allow-status -d 'Statuses whose body is the result: `404,5xx`, `any`' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l meta -d 'The JSON result to a file, on failure too' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -s D -l dump-header -d 'The response head to a file (mode 0600)' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand fetch" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand fetch" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand fetch" -s O -l remote-name -d 'To a file named as in the URL'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l remote-header-name -d 'To a file named as the server says'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l unpack -d 'With -o, -O or -P: the decoded file in place of the packed one'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l link -d 'Share the cache\'s bytes in place of a copy'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l touch -d 'Renew the time of a file that is left alone'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s R -l remote-time -d 'Give the file the server\'s time'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l refresh -d 'Ask the origin whether the stored version still stands'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l force -d 'Download anew'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l stale-if-error -d 'If the origin cannot be asked, use what is stored'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l strict-length -d 'Refuse a body whose end nothing tells'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l allow-html -d 'Let an HTML page pass in place of a file'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l netrc -d 'Credentials from ~/.netrc, for https'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l compressed -d 'Ask for compression, store what is decoded'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s k -l insecure -d 'Verify no certificates; what it fetches serves only commands with -k'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s 4 -l ipv4 -d 'IPv4 only'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s 6 -l ipv6 -d 'IPv6 only'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l no-follow -d 'Follow no redirect'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l fail-fast -d 'The first failure ends the others'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s L -l location -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s f -l fail -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s S -l show-error -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l xattr -d 'Store origin and digest as extended attributes of the file'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l explain -d 'Tell each decision and the rule behind it'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l dry-run -d 'Decide and tell, but ask and write nothing'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l exit-code -d 'Exit 11 if nothing new was fetched or written'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand fetch" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand fetch" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand get" -s o -l output -d 'To this file (- is stdout)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -s P -l dir -d 'Into this folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l extract -d 'Unpack into this folder, all or nothing (gz, bz2, xz, zst, zip, tar)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l strip -d 'With --extract: leave out so many leading folders' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l member -d 'With --extract: only members that match (repeatable); with -o: this member' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l max-extract -d 'The most that may come out of an archive (2GiB, or 200 times its size)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l if-exists -d 'What becomes of an existing file (replace)' -r -f -a "replace\t''
keep\t''
error\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l attr -d 'Describe the item: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l label -d 'The item\'s label' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l filename -d 'The item\'s file name' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l freshness -d 'any: the newest, without asking; check: as --refresh; http: as a private cache (RFC 9111)' -r -f -a "any\t''
check\t''
http\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l max-age -d 'Ask the origin about what is older' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l check-method -d 'How it is asked (auto)' -r -f -a "auto\t''
etag\t''
modified\t''
size\t''
hash\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l newer-than -d 'Only a version made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l older-than -d 'Only a version made before; without one exit 3' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l keep -d 'How many versions are kept (all)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l key-uri -d 'The identity, apart from the address' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l checksum -d 'The digest it must have: `sha256:HEX`, `sha256-BASE64`, bare hex' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l sha256 -d 'The SHA-256 it must have' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l checksums -d 'A list of digests; without a URL everything in it is fetched' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l base -d 'What the names in that list are relative to' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l size -d 'The exact size' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l min-size -d 'The least size' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l max-size -d 'The greatest size' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s i -l input -d 'A list: each line `URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]` (- is stdin)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l descriptor -d 'A descriptor in TOML or JSON: `url` and any option of this group, by its long name' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s H -l header -d 'A request header `Name: value` (@FILE reads them, a value @env:VAR is read from the environment)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s d -l data -d 'Sent by POST as a form, as it is; several are joined with `&` (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l data-urlencode -d 'The same, with the value encoded' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l data-json -d 'JSON sent by POST (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s F -l form -d 'A part of a multipart form: K=V or K=@FILE[;type=T][;filename=N]' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l form-string -d 'The same, never read as a file' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s u -l user -d 'Credentials for the URL\'s origin' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l netrc-file -d 'Credentials from this file' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -s A -l user-agent -d 'The User-Agent header' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s e -l referer -d 'The Referer header' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l capath -d 'A folder of CA certificates (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l cert -d 'Client certificate (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l key -d 'Its private key (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l tls-min -d 'The least TLS version (1.2)' -r -f -a "1.2\t''
1.3\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -s x -l proxy -d 'A proxy: http, https, socks5 or socks5h' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l noproxy -d 'Hosts that are reached without it, by commas' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l resolve -d 'Connect to this address in place of the host\'s' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l http-version -d 'The HTTP version (auto)' -r -f -a "auto\t''
1.0\t''
1.1\t''
2\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l max-redirs -d 'How many redirects are followed (10)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l backend -d 'What carries the bytes: auto is reqwest for http and https, curl for ftp, ftps and file' -r -f -a "auto\t''
reqwest\t''
curl\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l retry -d 'Tries after the first (5)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l retry-delay -d 'The base of the wait between them (500ms)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l retry-max-wait -d 'The longest Retry-After that is waited for (2m)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l connect-timeout -d 'Until a connection stands (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l stall-timeout -d 'Without a byte (60s)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l timeout -d 'For the whole, retries included (none)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l limit-rate -d 'At most so many bytes a second' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l min-rate -d 'Slower than this over the stall time is exit 5' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l mirror -d 'Another address of the same, tried when the one before fails' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l resume -d 'Go on with unfinished files (auto: with a strong validator)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l connections -d 'Connections for one file (auto)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -s j -l jobs -d 'URLs at once (8)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l allow-status -d 'Statuses whose body is the result: `404,5xx`, `any`' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l meta -d 'The JSON result to a file, on failure too' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -s D -l dump-header -d 'The response head to a file (mode 0600)' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand get" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand get" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand get" -s O -l remote-name -d 'To a file named as in the URL'
complete -c dl -n "__fish_dl_using_subcommand get" -l remote-header-name -d 'To a file named as the server says'
complete -c dl -n "__fish_dl_using_subcommand get" -l unpack -d 'With -o, -O or -P: the decoded file in place of the packed one'
complete -c dl -n "__fish_dl_using_subcommand get" -l link -d 'Share the cache\'s bytes in place of a copy'
complete -c dl -n "__fish_dl_using_subcommand get" -l touch -d 'Renew the time of a file that is left alone'
complete -c dl -n "__fish_dl_using_subcommand get" -s R -l remote-time -d 'Give the file the server\'s time'
complete -c dl -n "__fish_dl_using_subcommand get" -l refresh -d 'Ask the origin whether the stored version still stands'
complete -c dl -n "__fish_dl_using_subcommand get" -l force -d 'Download anew'
complete -c dl -n "__fish_dl_using_subcommand get" -l stale-if-error -d 'If the origin cannot be asked, use what is stored'
complete -c dl -n "__fish_dl_using_subcommand get" -l strict-length -d 'Refuse a body whose end nothing tells'
complete -c dl -n "__fish_dl_using_subcommand get" -l allow-html -d 'Let an HTML page pass in place of a file'
complete -c dl -n "__fish_dl_using_subcommand get" -l netrc -d 'Credentials from ~/.netrc, for https'
complete -c dl -n "__fish_dl_using_subcommand get" -l compressed -d 'Ask for compression, store what is decoded'
complete -c dl -n "__fish_dl_using_subcommand get" -s k -l insecure -d 'Verify no certificates; what it fetches serves only commands with -k'
complete -c dl -n "__fish_dl_using_subcommand get" -s 4 -l ipv4 -d 'IPv4 only'
complete -c dl -n "__fish_dl_using_subcommand get" -s 6 -l ipv6 -d 'IPv6 only'
complete -c dl -n "__fish_dl_using_subcommand get" -l no-follow -d 'Follow no redirect'
complete -c dl -n "__fish_dl_using_subcommand get" -l fail-fast -d 'The first failure ends the others'
complete -c dl -n "__fish_dl_using_subcommand get" -s L -l location -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand get" -s f -l fail -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand get" -s S -l show-error -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand get" -l xattr -d 'Store origin and digest as extended attributes of the file'
complete -c dl -n "__fish_dl_using_subcommand get" -l explain -d 'Tell each decision and the rule behind it'
complete -c dl -n "__fish_dl_using_subcommand get" -l dry-run -d 'Decide and tell, but ask and write nothing'
complete -c dl -n "__fish_dl_using_subcommand get" -l exit-code -d 'Exit 11 if nothing new was fetched or written'
complete -c dl -n "__fish_dl_using_subcommand get" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand get" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand get" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand get" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand get" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand get" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand get" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand get" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand get" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand download" -s o -l output -d 'To this file (- is stdout)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -s P -l dir -d 'Into this folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l extract -d 'Unpack into this folder, all or nothing (gz, bz2, xz, zst, zip, tar)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l strip -d 'With --extract: leave out so many leading folders' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l member -d 'With --extract: only members that match (repeatable); with -o: this member' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l max-extract -d 'The most that may come out of an archive (2GiB, or 200 times its size)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l if-exists -d 'What becomes of an existing file (replace)' -r -f -a "replace\t''
keep\t''
error\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l attr -d 'Describe the item: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l label -d 'The item\'s label' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l filename -d 'The item\'s file name' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l freshness -d 'any: the newest, without asking; check: as --refresh; http: as a private cache (RFC 9111)' -r -f -a "any\t''
check\t''
http\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l max-age -d 'Ask the origin about what is older' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l check-method -d 'How it is asked (auto)' -r -f -a "auto\t''
etag\t''
modified\t''
size\t''
hash\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l newer-than -d 'Only a version made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l older-than -d 'Only a version made before; without one exit 3' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l keep -d 'How many versions are kept (all)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l key-uri -d 'The identity, apart from the address' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l checksum -d 'The digest it must have: `sha256:HEX`, `sha256-BASE64`, bare hex' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l sha256 -d 'The SHA-256 it must have' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l checksums -d 'A list of digests; without a URL everything in it is fetched' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l base -d 'What the names in that list are relative to' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l size -d 'The exact size' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l min-size -d 'The least size' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l max-size -d 'The greatest size' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s i -l input -d 'A list: each line `URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]` (- is stdin)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l descriptor -d 'A descriptor in TOML or JSON: `url` and any option of this group, by its long name' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s H -l header -d 'A request header `Name: value` (@FILE reads them, a value @env:VAR is read from the environment)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s d -l data -d 'Sent by POST as a form, as it is; several are joined with `&` (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l data-urlencode -d 'The same, with the value encoded' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l data-json -d 'JSON sent by POST (@FILE and @- are read)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s F -l form -d 'A part of a multipart form: K=V or K=@FILE[;type=T][;filename=N]' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l form-string -d 'The same, never read as a file' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s u -l user -d 'Credentials for the URL\'s origin' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l netrc-file -d 'Credentials from this file' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -s A -l user-agent -d 'The User-Agent header' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s e -l referer -d 'The Referer header' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l capath -d 'A folder of CA certificates (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l cert -d 'Client certificate (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l key -d 'Its private key (PEM)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l tls-min -d 'The least TLS version (1.2)' -r -f -a "1.2\t''
1.3\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -s x -l proxy -d 'A proxy: http, https, socks5 or socks5h' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l noproxy -d 'Hosts that are reached without it, by commas' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l resolve -d 'Connect to this address in place of the host\'s' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l http-version -d 'The HTTP version (auto)' -r -f -a "auto\t''
1.0\t''
1.1\t''
2\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l max-redirs -d 'How many redirects are followed (10)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l backend -d 'What carries the bytes: auto is reqwest for http and https, curl for ftp, ftps and file' -r -f -a "auto\t''
reqwest\t''
curl\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l retry -d 'Tries after the first (5)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l retry-delay -d 'The base of the wait between them (500ms)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l retry-max-wait -d 'The longest Retry-After that is waited for (2m)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l connect-timeout -d 'Until a connection stands (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l stall-timeout -d 'Without a byte (60s)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l timeout -d 'For the whole, retries included (none)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l limit-rate -d 'At most so many bytes a second' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l min-rate -d 'Slower than this over the stall time is exit 5' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l mirror -d 'Another address of the same, tried when the one before fails' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l resume -d 'Go on with unfinished files (auto: with a strong validator)' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l connections -d 'Connections for one file (auto)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -s j -l jobs -d 'URLs at once (8)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l allow-status -d 'Statuses whose body is the result: `404,5xx`, `any`' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l meta -d 'The JSON result to a file, on failure too' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -s D -l dump-header -d 'The response head to a file (mode 0600)' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand download" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand download" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand download" -s O -l remote-name -d 'To a file named as in the URL'
complete -c dl -n "__fish_dl_using_subcommand download" -l remote-header-name -d 'To a file named as the server says'
complete -c dl -n "__fish_dl_using_subcommand download" -l unpack -d 'With -o, -O or -P: the decoded file in place of the packed one'
complete -c dl -n "__fish_dl_using_subcommand download" -l link -d 'Share the cache\'s bytes in place of a copy'
complete -c dl -n "__fish_dl_using_subcommand download" -l touch -d 'Renew the time of a file that is left alone'
complete -c dl -n "__fish_dl_using_subcommand download" -s R -l remote-time -d 'Give the file the server\'s time'
complete -c dl -n "__fish_dl_using_subcommand download" -l refresh -d 'Ask the origin whether the stored version still stands'
complete -c dl -n "__fish_dl_using_subcommand download" -l force -d 'Download anew'
complete -c dl -n "__fish_dl_using_subcommand download" -l stale-if-error -d 'If the origin cannot be asked, use what is stored'
complete -c dl -n "__fish_dl_using_subcommand download" -l strict-length -d 'Refuse a body whose end nothing tells'
complete -c dl -n "__fish_dl_using_subcommand download" -l allow-html -d 'Let an HTML page pass in place of a file'
complete -c dl -n "__fish_dl_using_subcommand download" -l netrc -d 'Credentials from ~/.netrc, for https'
complete -c dl -n "__fish_dl_using_subcommand download" -l compressed -d 'Ask for compression, store what is decoded'
complete -c dl -n "__fish_dl_using_subcommand download" -s k -l insecure -d 'Verify no certificates; what it fetches serves only commands with -k'
complete -c dl -n "__fish_dl_using_subcommand download" -s 4 -l ipv4 -d 'IPv4 only'
complete -c dl -n "__fish_dl_using_subcommand download" -s 6 -l ipv6 -d 'IPv6 only'
complete -c dl -n "__fish_dl_using_subcommand download" -l no-follow -d 'Follow no redirect'
complete -c dl -n "__fish_dl_using_subcommand download" -l fail-fast -d 'The first failure ends the others'
complete -c dl -n "__fish_dl_using_subcommand download" -s L -l location -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand download" -s f -l fail -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand download" -s S -l show-error -d 'Taken, as habits of curl: what dl does anyway'
complete -c dl -n "__fish_dl_using_subcommand download" -l xattr -d 'Store origin and digest as extended attributes of the file'
complete -c dl -n "__fish_dl_using_subcommand download" -l explain -d 'Tell each decision and the rule behind it'
complete -c dl -n "__fish_dl_using_subcommand download" -l dry-run -d 'Decide and tell, but ask and write nothing'
complete -c dl -n "__fish_dl_using_subcommand download" -l exit-code -d 'Exit 11 if nothing new was fetched or written'
complete -c dl -n "__fish_dl_using_subcommand download" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand download" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand download" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand download" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand download" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand download" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand download" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand download" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand download" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "ls" -d 'List what is stored: a table on a terminal, tab-separated lines elsewhere'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "list" -d 'List what is stored: a table on a terminal, tab-separated lines elsewhere'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "show" -d 'Everything known about an item'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "path" -d 'The file of an item: the newest READY one of a URI'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "create" -d 'Make a new version by hand; prints the path to write to'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "put" -d 'Store a file; prints the path that it has in the cache'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "best" -d 'The newest version of exactly one key, or a new one; prints its path'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "set" -d 'Change status, label, name, dates, attributes of items'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "ready" -d 'Take in what was written at an item\'s path: size, digest, read-only'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "fail" -d 'Mark items as FAILED'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "touch" -d 'Count a read of items'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "cat" -d 'Print a file, unpacked: plain, gz, bz2, xz, zst, or one member of a zip or tar'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "members" -d 'What is in an archive'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "extract" -d 'Unpack an archive into a folder: all of it or nothing'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "rm" -d 'Remove items: to TRASH, or for good'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "delete" -d 'Remove items: to TRASH, or for good'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "restore" -d 'Bring items back from TRASH'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "clean" -d 'Remove what nobody needs; --dry-run lists it with the reasons'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "prune" -d 'Remove what nobody needs; --dry-run lists it with the reasons'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "verify" -d 'Hash what is stored, and tell what is damaged'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "stats" -d 'How much is stored, of what, how old, how often used'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "export" -d 'Write items into one file, for another machine'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "import" -d 'Take over what was exported: all of it or nothing'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "push" -d 'Offer items to the shared store, whatever its mode'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "pull" -d 'Take items in from the shared store, by URI or key; prints their paths'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "key" -d 'The key of a URI with its parameters; it never changes between releases'
complete -c dl -n "__fish_dl_using_subcommand cache; and not __fish_seen_subcommand_from ls list show path create put best set ready fail touch cat members extract rm delete restore clean prune verify stats export import push pull key dir" -f -a "dir" -d 'Where the cache is'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l sort -d 'By this field (id)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l limit -d 'At most so many' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l reverse -d 'The other way round'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s l -l long -d 'More columns'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l count -d 'Only how many'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l no-touch -d 'Leave the counters alone'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ls" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l sort -d 'By this field (id)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l reverse -d 'The other way round'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s l -l long -d 'More columns'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l count -d 'Only how many'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-touch -d 'Leave the counters alone'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from list" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from show" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from path" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l uri -d 'The URI' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l attr -d 'An attribute: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l filename -d 'Its file\'s name (from the URI)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l ext -d 'Its extension (from the name)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l label -d 'Its label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l status -d 'WRITE (if nothing is said), UNINITIALIZED or FAILED' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from create" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l uri -d 'The URI' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l attr -d 'An attribute: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l filename -d 'Its file\'s name (from the URI)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l ext -d 'Its extension (from the name)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l label -d 'Its label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l status -d 'READY (if nothing is said), WRITE, UNINITIALIZED or FAILED' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l move -d 'Move it: the file is gone from where it was'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from put" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l uri -d 'The URI' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l status -d 'A version of this status will do (READY; may be repeated)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l new-status -d 'The status of a new one (WRITE)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l attr -d 'An attribute: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l filename -d 'Its file\'s name (from the URI)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l ext -d 'Its extension (from the name)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l label -d 'Its label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l or-new -d 'Make a version if there is none, in the same transaction'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l no-touch -d 'Leave the counters alone'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from best" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l attr -d 'An attribute: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l attrs-json -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l filename -d 'Its file\'s name (from the URI)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l ext -d 'Its extension (from the name)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l label -d 'Its label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l status -d 'The status; READY takes in what was written' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l unset -d 'Take an attribute away' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l created-at -d 'When it was made' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l last-read -d 'When it was last read' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l last-search -d 'When it was last found' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from set" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from ready" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from fail" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from touch" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l file -d 'This file in place of an ITEM' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l member -d 'This member of an archive' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l raw -d 'The bytes as they are stored, packed or not'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l no-touch -d 'Leave the counters alone'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from cat" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l file -d 'This file in place of an ITEM' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from members" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l file -d 'This file in place of an ITEM' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l strip -d 'Leave out so many leading folders' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l member -d 'Only members that match; several: that match one of them' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l if-exists -d 'What becomes of existing files (replace)' -r -f -a "replace\t''
keep\t''
error\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l max-extract -d 'The most that may come out of it' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l no-touch -d 'Leave the counters alone'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from extract" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l purge -d 'Gone with its record'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l keep-record -d 'The file is gone, the record says DELETED'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from rm" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l purge -d 'Gone with its record'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l keep-record -d 'The file is gone, the record says DELETED'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from delete" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from restore" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l max-size -d 'Until no more than this is stored: TRASH first, then least recently read' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l max-age -d 'What was not read for so long (0 beside another choice: what was just read goes too)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l keep -d 'How many READY versions of a key are left (1)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l dead-after -d 'When a WRITE or an unfinished transfer is dead (24h)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l orphans -d 'Files and folders without a record'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l missing -d 'Records without a file, but live WRITEs'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l versions -d 'What is not the best READY version, or a live WRITE, of its key'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l writes -d 'WRITEs that nobody touched for --dead-after'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l trash -d 'What is in TRASH'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l all -d 'All that is cleaned if nothing is said'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l dry-run -d 'Only list what would go, each with its reason'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from clean" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l max-size -d 'Until no more than this is stored: TRASH first, then least recently read' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l max-age -d 'What was not read for so long (0 beside another choice: what was just read goes too)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l keep -d 'How many READY versions of a key are left (1)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l dead-after -d 'When a WRITE or an unfinished transfer is dead (24h)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l orphans -d 'Files and folders without a record'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l missing -d 'Records without a file, but live WRITEs'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l versions -d 'What is not the best READY version, or a live WRITE, of its key'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l writes -d 'WRITEs that nobody touched for --dead-after'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l trash -d 'What is in TRASH'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l all -d 'All that is cleaned if nothing is said'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l dry-run -d 'Only list what would go, each with its reason'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l repair -d 'Make names anew, set wrong files aside; what cannot be repaired becomes FAILED'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from verify" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from stats" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l uri -d 'Exactly this URI, whatever the parameters' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l uri-glob -d 'URIs that match (`*`, `?`, `[…]`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l key -d 'Items of this key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l id -d 'The item of this id' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l version -d 'This version of each key' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l newer-than -d 'Made or confirmed since' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l older-than -d 'Made before' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l where -d '`NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l status -d 'READY, FAILED, WRITE, …, or its number' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l label -d 'With this label' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l ext -d 'With this extension' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l filename -d 'With this file name' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l with-salt -d 'What was fetched with credentials too, and the salt of their keys: the file is a secret then'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l exact -d 'Only exactly the key of --uri and the parameters'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l any -d 'One of the conditions is enough'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l all -d 'TRASH and DELETED too'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from export" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from import" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from push" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from pull" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l uri -d 'The URI' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l key-param -d 'Joins the key and is not sent' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l key-params -d 'Several of them as a JSON object (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s X -l request -d 'The method (GET; POST with data)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l query -d 'Appended to the URL, encoded' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s H -l header -d 'A request header `Name: value`' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s d -l data -d 'Sent by POST as a form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l data-json -d 'JSON sent by POST' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s F -l form -d 'A part of a multipart form' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l auth-id -d 'Joins the key in place of the credential' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from key" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand cache; and __fish_seen_subcommand_from dir" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "put" -d 'Store files under their hashes, which are printed; clean never drops them'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "cat" -d 'Print blobs, hashed before they are printed'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "path" -d 'Where a blob is, read-only'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "stat" -d 'Size, path and users of blobs'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "ls" -d 'The hashes of all blobs'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "list" -d 'The hashes of all blobs'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "rm" -d 'Remove blobs that no item and no manifest uses'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "delete" -d 'Remove blobs that no item and no manifest uses'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "verify" -d 'Hash blobs, or all of them, and tell which are damaged'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "push" -d 'Send blobs, with all they refer to, to the shared store, whatever its mode'
complete -c dl -n "__fish_dl_using_subcommand blob; and not __fish_seen_subcommand_from put cat path stat ls list rm delete verify push pull" -f -a "pull" -d 'Take blobs in from the shared store, with all they refer to; clean never drops them'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from put" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from cat" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l as -d 'A path that ends in this name' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from path" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from stat" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -s l -l long -d 'Sizes, and how often each is used'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from ls" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -s l -l long -d 'Sizes, and how often each is used'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from list" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l force -d 'Also what an item or a manifest uses; such items become DELETED'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from rm" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l force -d 'Also what an item or a manifest uses; such items become DELETED'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from delete" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from verify" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from push" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand blob; and __fish_seen_subcommand_from pull" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "put" -d 'Store a manifest, such as a dataset: fields, files, folders, downloads; prints its hash'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "show" -d 'Print a manifest as it is stored'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "checkout" -d 'Write the files of a manifest, and value.json, into a folder: all of them or none'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "tree" -d 'All that a manifest refers to'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "verify" -d 'Hash a manifest and all that it refers to'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "push" -d 'Send manifests, with all they refer to, to the shared store, whatever its mode'
complete -c dl -n "__fish_dl_using_subcommand manifest; and not __fish_seen_subcommand_from put show checkout tree verify push pull" -f -a "pull" -d 'Take manifests in from the shared store, with all they refer to; clean never drops them'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l class -d 'Its class' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l set -d 'A field that is a text' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l set-json -d 'A field of any type (@FILE is read)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l file -d 'A file, stored with it' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l dir -d 'Every file below a folder, by its path from there; empty folders are left out' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l ref -d 'A blob or another manifest' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l item -d 'A cached item, with its URI and digests' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from put" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l class -d 'It must be of this class, or of another that is named so (exit 3 otherwise)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from show" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l if-exists -d 'What becomes of existing files (replace)' -r -f -a "replace\t''
keep\t''
error\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from checkout" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from tree" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from verify" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from push" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand manifest; and __fish_seen_subcommand_from pull" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "get" -d 'The value of a key: its bytes, nothing added'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "get-many" -d 'The values of several keys, as JSON lines'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "set" -d 'Store a value'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "add" -d 'Store a value only where none is: exit 11 if one is'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "set-many" -d 'Store several values; prints each key that was'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "del" -d 'Remove keys: exit 3 if one was not there'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "delete" -d 'Remove keys: exit 3 if one was not there'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "has" -d 'Whether a key is there: exit 0 or 11'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "inc" -d 'Add to a number, in one atomic step; prints the new value'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "dec" -d 'Subtract from a number, in one atomic step; prints the new value'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "ls" -d 'The keys, without the prefix'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "list" -d 'The keys, without the prefix'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "count" -d 'How many keys there are'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "stat" -d 'Size and expiry of a value, as JSON'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "clear" -d 'Remove every key below --prefix, or all'
complete -c dl -n "__fish_dl_using_subcommand kv; and not __fish_seen_subcommand_from get get-many set add set-many del delete has inc dec ls list count stat clear ping" -f -a "ping" -d 'Whether the store answers'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l keys-from -d 'Keys from a file (- is stdin), one a line' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -s 0 -l null -d 'They end with a NUL each, not with a line end'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from get-many" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l ttl -d 'Expires after this (0: never)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l literal -d 'VALUE as it stands: @ and - mean nothing'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l ttl -d 'Expires after this (0: never)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l literal -d 'VALUE as it stands: @ and - mean nothing'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from add" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l ttl -d 'Expires after this (0: never)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from set-many" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l keys-from -d 'Keys from a file (- is stdin), one a line' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -s 0 -l null -d 'They end with a NUL each, not with a line end'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from del" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l keys-from -d 'Keys from a file (- is stdin), one a line' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -s 0 -l null -d 'They end with a NUL each, not with a line end'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from delete" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from has" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l ttl -d 'Expires after this (0: never)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from inc" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l ttl -d 'Expires after this (0: never)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from dec" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -s l -l long -d 'Sizes and expiries too, tab-separated'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -s 0 -l null -d 'A NUL ends each key, not a line end'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ls" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -s l -l long -d 'Sizes and expiries too, tab-separated'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -s 0 -l null -d 'A NUL ends each key, not a line end'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from list" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from count" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from stat" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from clear" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l store -d 'Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`, `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`, `null:`' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l prefix -d 'Stands in front of every key; other keys are neither seen nor touched' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l threshold -d 'At most so many entries (memory, file, sqlite): what expired, then what is oldest goes' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l connect-timeout -d 'Until a connection stands (10s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l stall-timeout -d 'Without a byte of an answer (30s)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l cacert -d 'CA certificates (PEM) in place of the system\'s' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand kv; and __fish_seen_subcommand_from ping" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand config; and not __fish_seen_subcommand_from show path check" -f -a "show" -d 'The settings that hold, and where each came from'
complete -c dl -n "__fish_dl_using_subcommand config; and not __fish_seen_subcommand_from show path check" -f -a "path" -d 'Where the config file is'
complete -c dl -n "__fish_dl_using_subcommand config; and not __fish_seen_subcommand_from show path check" -f -a "check" -d 'Whether the config file is right'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from show" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from path" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand config; and __fish_seen_subcommand_from check" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand doctor" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand doctor" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand doctor" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand doctor" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand doctor" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand doctor" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand doctor" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand doctor" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand doctor" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand doctor" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand doctor" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand doctor" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand run" -l dep -d 'A file, folder or glob: run again when its bytes change' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l dependencies -d 'Several of them, up to the next option or --' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l dep-exclude -d 'What is no part of a folder or glob (outputs and .git never are)' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l env -d 'A variable whose value counts' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l method -d 'How a change is found: hash or mtime (hash, which reads only what has another size, time or inode)' -r -f -a "hash\t''
mtime\t''"
complete -c dl -n "__fish_dl_using_subcommand run" -l output -d 'A file or folder that it makes: kept, and restored when missing or changed' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l output-files -d 'Files that it makes: not kept; run again when one is missing' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l ttl -d 'Run again when the record is older' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l stale -d 'For so long after that replay it, and renew it in the background' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l stamp-directory -d 'The same as --cache-dir' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l meta -d 'What came of it as JSON, to a file' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand run" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand run" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand run" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand run" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand run" -l env-clear -d 'The command gets only the variables of --env'
complete -c dl -n "__fish_dl_using_subcommand run" -l stdin -d 'The command gets standard input, and its bytes count (otherwise it is empty)'
complete -c dl -n "__fish_dl_using_subcommand run" -l ignore-cwd -d 'The working directory does not count'
complete -c dl -n "__fish_dl_using_subcommand run" -l use-hashes -d 'The same as --method hash'
complete -c dl -n "__fish_dl_using_subcommand run" -l refresh -d 'Run it in any case'
complete -c dl -n "__fish_dl_using_subcommand run" -l cache-failures -d 'Store and replay a failing run too'
complete -c dl -n "__fish_dl_using_subcommand run" -l share -d 'For other machines too: the working directory does not count'
complete -c dl -n "__fish_dl_using_subcommand run" -l check -d 'Run nothing: 0 if up to date, 11 with the reason if not'
complete -c dl -n "__fish_dl_using_subcommand run" -l explain -d 'Tell what was decided, and which input changed'
complete -c dl -n "__fish_dl_using_subcommand run" -l renew -d 'Renews a record that is too old, unless that is being done'
complete -c dl -n "__fish_dl_using_subcommand run" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand run" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand run" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand run" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand run" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand run" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand run" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand run" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand run" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand completions" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand completions" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand completions" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand completions" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand completions" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand completions" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand completions" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand completions" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand completions" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand completions" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand completions" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand completions" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand completions" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand completions" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand completions" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand completions" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand completions" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand completions" -l help -d 'Everything about the command (-h: one screen)'
complete -c dl -n "__fish_dl_using_subcommand man" -l cache-dir -d 'The cache\'s folder' -r -F
complete -c dl -n "__fish_dl_using_subcommand man" -l config -d 'The config file' -r -F
complete -c dl -n "__fish_dl_using_subcommand man" -s v -l verbose -d 'Tell more; twice: still more' -r
complete -c dl -n "__fish_dl_using_subcommand man" -l progress -d 'How progress is shown' -r -f -a "auto\t''
bar\t''
plain\t''
none\t''"
complete -c dl -n "__fish_dl_using_subcommand man" -l color -d 'When colors are used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c dl -n "__fish_dl_using_subcommand man" -l lock-timeout -d 'How long the registry and other short locks are waited for' -r
complete -c dl -n "__fish_dl_using_subcommand man" -l join-timeout -d 'How long another process\'s fetch of the same is waited for' -r
complete -c dl -n "__fish_dl_using_subcommand man" -l shared -d 'A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)' -r
complete -c dl -n "__fish_dl_using_subcommand man" -l shared-mode -d 'What the shared store is for: it is asked (read), offered what is fetched (write), or both' -r -f -a "read\t''
write\t''
read-write\t''"
complete -c dl -n "__fish_dl_using_subcommand man" -l no-config -d 'Read no config file'
complete -c dl -n "__fish_dl_using_subcommand man" -l no-cache -d 'Neither look up nor store'
complete -c dl -n "__fish_dl_using_subcommand man" -l offline -d 'No network: what is not in the cache is exit 3'
complete -c dl -n "__fish_dl_using_subcommand man" -l json -d 'Results as JSON, one object a line'
complete -c dl -n "__fish_dl_using_subcommand man" -s q -s s -l quiet -d 'Only results and errors'
complete -c dl -n "__fish_dl_using_subcommand man" -l cache-shared -d 'The cache is shared by the group that owns its folder'
complete -c dl -n "__fish_dl_using_subcommand man" -l no-shared -d 'No shared store'
complete -c dl -n "__fish_dl_using_subcommand man" -s h -d 'This help, on one screen'
complete -c dl -n "__fish_dl_using_subcommand man" -l help -d 'Everything about the command (-h: one screen)'
