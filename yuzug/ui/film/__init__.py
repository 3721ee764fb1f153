"""The Film tab: a clip becomes a timeline; the server keeps neither."""
